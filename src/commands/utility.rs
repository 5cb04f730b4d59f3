//! `connect utility`: switches utilities off and on, while the server runs.

use clap::Subcommand;
use connect_core::audit::{Event, Kind, Subject};
use connect_core::clock::{Clock, SystemClock};
use connect_core::directory::{Directory, Utility};
use connect_core::store::UsageStore;

use super::{Desk, desk, options, store};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Leave a utility alone: no login and no reading, until it is switched on again.
    Off {
        /// Its slug, as `GET /utilities` lists it.
        slug: String,
        /// Why, for other operators.
        #[arg(default_value = "")]
        reason: String,
    },
    /// Ask a utility again.
    On {
        /// Its slug.
        slug: String,
    },
    /// List the utilities that are off.
    List,
}

pub(crate) async fn run(command: Command) -> Result<(), String> {
    let directory = Directory::embedded().map_err(|error| error.to_string())?;
    let find = |slug: &str| {
        let utility: Option<&Utility> = directory.by_slug(slug);
        utility.ok_or_else(|| format!("No utility has the slug “{slug}”: GET /utilities lists them."))
    };
    match command {
        Command::Off { slug, reason } => {
            let utility = find(&slug)?;
            switch(&desk().await?, utility.id, Some(reason)).await?;
            println!(
                "{} is off: no login and no reading. Switch it on with: connect utility on {slug}",
                utility.name
            );
        }
        Command::On { slug } => {
            let utility = find(&slug)?;
            switch(&desk().await?, utility.id, None).await?;
            println!("{} is on.", utility.name);
        }
        Command::List => {
            let off = store(&options()?)?.utilities_off().await.map_err(|error| format!("{error}."))?;
            if off.is_empty() {
                println!("No utility is off.");
            }
            for (id, reason) in off {
                let slug = directory.by_id(id).map_or("?", |utility| &utility.slug);
                println!("{slug}\t{reason}");
            }
        }
    }
    Ok(())
}

/// Switches a utility, off with a reason. The reason is free text and stays out of the record.
async fn switch(desk: &Desk, utility: u32, off: Option<String>) -> Result<(), String> {
    let kind = if off.is_some() { Kind::AdminUtilityOff } else { Kind::AdminUtilityOn };
    let event = Event::of(kind).on(Subject::Utility(utility));
    desk.note(event).await?;
    if let Err(error) = desk.store.switch_utility(utility, off, SystemClock.now()).await {
        let _ = desk.note(event.failed()).await;
        return Err(format!("{error}."));
    }
    Ok(())
}
