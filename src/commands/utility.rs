//! `connect utility`: switches utilities off and on, while the server runs.

use clap::Subcommand;
use connect_core::clock::{Clock, SystemClock};
use connect_core::directory::{Directory, Utility};
use connect_core::store::UsageStore;

use super::{options, store};

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
    let store = store(&options()?)?;
    let directory = Directory::embedded().map_err(|error| error.to_string())?;
    let find = |slug: &str| {
        let utility: Option<&Utility> = directory.by_slug(slug);
        utility.ok_or_else(|| format!("No utility has the slug “{slug}”: GET /utilities lists them."))
    };
    let failed = |error: connect_core::store::StoreError| format!("{error}.");
    match command {
        Command::Off { slug, reason } => {
            let utility = find(&slug)?;
            store.switch_utility(utility.id, Some(reason), SystemClock.now()).await.map_err(failed)?;
            println!(
                "{} is off: no login and no reading. Switch it on with: connect utility on {slug}",
                utility.name
            );
        }
        Command::On { slug } => {
            let utility = find(&slug)?;
            store.switch_utility(utility.id, None, SystemClock.now()).await.map_err(failed)?;
            println!("{} is on.", utility.name);
        }
        Command::List => {
            let off = store.utilities_off().await.map_err(failed)?;
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
