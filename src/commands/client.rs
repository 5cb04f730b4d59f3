//! `connect client`: companies that use Connect, while the server runs.

use clap::{Subcommand, ValueEnum};
use connect_core::audit::{Event, Kind};
use connect_core::origin::Origin;
use connect_core::redirect::RedirectUri;
use connect_core::secret::Secret;
use connect_core::store::SecretAge;
use connect_core::token::Environment;
use connect_server::service::{ClientSummary, Service};
use uuid::Uuid;

use super::{Desk, desk, theme};

/// Longest name of a client, in characters: customers read it on the first screen.
const MAX_NAME_CHARS: usize = 100;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Register a client; its secret is printed once.
    Add {
        /// Its name, which customers see.
        name: String,
        /// For real utilities; without it for the sandbox.
        #[arg(long)]
        production: bool,
    },
    /// List the clients.
    List,
    /// Give a client a second secret, which is printed once; the first one goes on working.
    RotateSecret {
        /// Its id.
        id: Uuid,
    },
    /// Stop one of a client's two secrets.
    RetireSecret {
        /// Its id.
        id: Uuid,
        /// Which of the two.
        #[arg(long, value_enum, default_value = "older")]
        which: Age,
    },
    /// Show and change the origins whose pages may embed Connect for a client.
    Origins {
        /// Its id.
        id: Uuid,
        /// Adds an origin, as https://www.example.com.
        #[arg(long, value_name = "ORIGIN")]
        add: Vec<String>,
        /// Removes an origin.
        #[arg(long, value_name = "ORIGIN")]
        remove: Vec<String>,
    },
    /// Show and change the pages to which a run that has the whole window may return.
    RedirectUris {
        /// Its id.
        id: Uuid,
        /// Adds a page, as https://www.example.com/linked.
        #[arg(long, value_name = "URI")]
        add: Vec<String>,
        /// Removes a page.
        #[arg(long, value_name = "URI")]
        remove: Vec<String>,
    },
    /// Give a client another name.
    Rename {
        /// Its id.
        id: Uuid,
        /// Its name, which customers see.
        name: String,
    },
    /// Show and change how Connect looks for a client.
    Theme {
        /// Its id.
        id: Uuid,
        #[command(flatten)]
        changes: theme::Changes,
    },
    /// Show and change the page with a client's terms, which the first screen leads to.
    Terms {
        /// Its id.
        id: Uuid,
        /// Its address, as https://www.example.com/terms; `none` for no such page.
        uri: Option<String>,
    },
    /// Set how long a client's authorization codes live.
    CodeSeconds {
        /// Its id.
        id: Uuid,
        /// 1 to 600 seconds, or `default` for the server's setting.
        #[arg(value_parser = seconds)]
        seconds: Life,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Age {
    Older,
    Newer,
}

/// The life of a code; `None` for the server's setting.
#[derive(Clone, Copy)]
pub(crate) struct Life(Option<u32>);

fn seconds(text: &str) -> Result<Life, String> {
    if text == "default" {
        return Ok(Life(None));
    }
    let seconds = text.parse().ok().filter(|seconds| (1..=600).contains(seconds));
    seconds.map(|seconds| Life(Some(seconds))).ok_or_else(|| "must be from 1 to 600, or default".to_owned())
}

pub(crate) async fn run(command: Command) -> Result<(), String> {
    let desk = desk().await?;
    let service = desk.service()?;
    let failed = |error: &dyn std::fmt::Display| sentence(&error.to_string());
    match command {
        Command::Add { name, production } => {
            let name = good_name(&name)?;
            let environment = if production { Environment::Production } else { Environment::Sandbox };
            let id = service.new_client_id();
            let register = service.register_client_as(id, name, environment);
            let secret = act(&desk, Kind::AdminClientAdded, id, register).await?;
            show(id, &secret);
            eprintln!(
                "The secret is not shown again. Pages that embed Connect: connect client origins {id} --add …"
            );
        }
        Command::List => {
            for client in service.clients().await.map_err(|e| failed(&e))? {
                list(&service.client_summary(client.id).await.map_err(|e| failed(&e))?);
            }
        }
        Command::RotateSecret { id } => {
            known(&service, id).await?;
            let secret = act(&desk, Kind::AdminSecretChanged, id, service.rotate_secret(id)).await?;
            show(id, &secret);
            eprintln!(
                "The secret is not shown again. The older one still works; when nobody uses it any more: connect client retire-secret {id}"
            );
        }
        Command::RetireSecret { id, which } => {
            let which = match which {
                Age::Older => SecretAge::Older,
                Age::Newer => SecretAge::Newer,
            };
            known(&service, id).await?;
            act(&desk, Kind::AdminSecretChanged, id, service.retire_secret(id, which)).await?;
            println!("One secret is left; the other one has stopped working.");
        }
        Command::Origins { id, add, remove } => {
            // All are read before any is written.
            let (add, remove) = (read(&add, Origin::parse)?, read(&remove, Origin::parse)?);
            known(&service, id).await?;
            for origin in add {
                act(&desk, Kind::AdminClientChanged, id, service.add_origin(id, origin)).await?;
            }
            for origin in remove {
                act(&desk, Kind::AdminClientChanged, id, service.remove_origin(id, origin)).await?;
            }
            for origin in service.client_summary(id).await.map_err(|e| failed(&e))?.origins {
                println!("{origin}");
            }
        }
        Command::RedirectUris { id, add, remove } => {
            let (add, remove) = (read(&add, RedirectUri::parse)?, read(&remove, RedirectUri::parse)?);
            known(&service, id).await?;
            for uri in add {
                act(&desk, Kind::AdminClientChanged, id, service.add_redirect_uri(id, uri)).await?;
            }
            for uri in remove {
                act(&desk, Kind::AdminClientChanged, id, service.remove_redirect_uri(id, uri)).await?;
            }
            for uri in service.client_summary(id).await.map_err(|e| failed(&e))?.redirect_uris {
                println!("{uri}");
            }
        }
        Command::Rename { id, name } => {
            let name = good_name(&name)?;
            known(&service, id).await?;
            act(&desk, Kind::AdminClientChanged, id, service.rename_client(id, name)).await?;
            println!("Customers see “{name}” from their next screen on.");
        }
        Command::Theme { id, changes } => {
            let current = service.client_summary(id).await.map_err(|e| failed(&e))?.client.theme;
            if !changes.is_none() {
                let (theme, logo) = changes.carried_out(current)?;
                act(&desk, Kind::AdminClientChanged, id, service.set_theme(id, theme, logo)).await?;
            }
            theme::show(&service.client_summary(id).await.map_err(|e| failed(&e))?.client.theme);
        }
        Command::Terms { id, uri } => {
            let terms = match uri.as_deref() {
                None => service.client_summary(id).await.map_err(|e| failed(&e))?.client.terms,
                Some(uri) => {
                    let none = uri == "none";
                    let terms = if none { None } else { Some(one(uri, RedirectUri::parse)?) };
                    known(&service, id).await?;
                    act(&desk, Kind::AdminClientChanged, id, service.set_terms(id, terms.clone())).await?;
                    terms
                }
            };
            println!("{}", terms.map_or_else(|| "none".to_owned(), |terms| terms.to_string()));
        }
        Command::CodeSeconds { id, seconds: Life(seconds) } => {
            known(&service, id).await?;
            act(&desk, Kind::AdminClientChanged, id, service.set_code_seconds(id, seconds)).await?;
            match seconds {
                Some(seconds) => println!("Its next codes live {seconds} seconds."),
                None => println!("Its next codes live as long as the server's setting says."),
            }
        }
    }
    Ok(())
}

/// Reads what was given, or says which of it is not right.
fn read<T, E: std::fmt::Display>(
    texts: &[String],
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Vec<T>, String> {
    texts.iter().map(|text| one(text, &parse)).collect()
}

fn one<T, E: std::fmt::Display>(text: &str, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, String> {
    parse(text).map_err(|error| format!("“{text}”: {error}."))
}

fn good_name(name: &str) -> Result<&str, String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS || name.chars().any(char::is_control) {
        return Err(format!("A client's name has 1 to {MAX_NAME_CHARS} characters, on one line."));
    }
    Ok(name)
}

/// Only clients that exist are on record.
async fn known(service: &Service, id: Uuid) -> Result<(), String> {
    service.client_summary(id).await.map(|_| ()).map_err(|error| sentence(&error.to_string()))
}

/// Records an act, carries it out, and records as well that it could not be done.
async fn act<T, E: std::fmt::Display>(
    desk: &Desk,
    kind: Kind,
    id: Uuid,
    act: impl Future<Output = Result<T, E>>,
) -> Result<T, String> {
    let event = Event::of(kind).client(id);
    desk.note(event).await?;
    match act.await {
        Ok(done) => Ok(done),
        Err(error) => {
            let _ = desk.note(event.failed()).await;
            Err(sentence(&error.to_string()))
        }
    }
}

/// In the form of the file that the quickstart has, so that it can be sent into one.
fn show(id: Uuid, secret: &Secret) {
    println!("PELM_CLIENT_ID={id}\nPELM_SECRET={}", secret.expose());
}

fn list(summary: &ClientSummary) {
    let ClientSummary { client, secrets, origins, redirect_uris } = summary;
    let environment = match client.environment {
        Environment::Sandbox => "sandbox",
        Environment::Production => "production",
    };
    let made: Vec<_> = secrets
        .iter()
        .map(|at| if at.as_second() == 0 { "earlier".to_owned() } else { at.strftime("%F").to_string() })
        .collect();
    let life = client.code_seconds.map_or_else(|| "default".to_owned(), |seconds| seconds.to_string());
    let origins: Vec<_> = origins.iter().map(Origin::as_str).collect();
    let uris: Vec<_> = redirect_uris.iter().map(RedirectUri::as_str).collect();
    let or_none = |texts: Vec<&str>| if texts.is_empty() { "none".to_owned() } else { texts.join(" ") };
    println!(
        "{}\t{environment}\t{}\tsecrets: {}\tcode seconds: {life}\torigins: {}\tredirect URIs: {}",
        client.id,
        client.name,
        made.join(", "),
        or_none(origins),
        or_none(uris),
    );
}

/// An error as a sentence.
fn sentence(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}
