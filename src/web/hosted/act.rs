//! What a form asks for.

use connect_core::flow::Action;
use connect_core::secret::Secret;
use connect_server::service::{RunError, SearchHits, Service};
use connect_wire::Screen;

/// A form of a screen. Which of its fields are there says what it asks for.
#[derive(Default)]
pub(in crate::web) struct Step {
    /// The run's key, or its connect token.
    pub(super) key: String,
    /// Version of the flow that the screen was drawn of.
    step: u32,
    /// Tag of the language that the page asked for.
    pub(super) l: String,
    /// Origin of the page that frames.
    pub(super) o: String,
    way: String,
    /// What is ticked, with commas between.
    chosen: String,
    utility: Option<u32>,
    query: Option<String>,
    username: Option<String>,
    password: String,
    code: Option<String>,
}

impl Step {
    /// Reads a form; `None` for one that is none of ours.
    pub(super) fn of(fields: Vec<(String, String)>) -> Option<Self> {
        let mut step = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "key" => step.key = value,
                "step" => step.step = value.parse().ok()?,
                "l" => step.l = value,
                "o" => step.o = value,
                "way" => step.way = value,
                "utility" => step.utility = Some(value.parse().ok()?),
                "query" => step.query = Some(value),
                "username" => step.username = Some(value),
                "password" => step.password = value,
                "code" => step.code = Some(value),
                // Each group of choices has a name of its own; together they are what is chosen.
                "chosen" | "history" | "until" => {
                    if !step.chosen.is_empty() {
                        step.chosen.push(',');
                    }
                    step.chosen.push_str(&value);
                }
                _ => {}
            }
        }
        Some(step)
    }
}

/// What comes of it.
pub(super) enum Next {
    /// The screen where the run is then.
    Screen,
    /// The selection, with what was found.
    Found(String, SearchHits),
    /// The run is over.
    Over {
        /// The company's name.
        company: String,
        /// Where it returns to, with the outcome.
        address: Option<String>,
    },
}

pub(super) async fn act(service: &Service, token: &Secret, form: Step) -> Result<Next, RunError> {
    let Step { step, way, chosen, utility, query, username, password, code, .. } = form;
    match way.as_str() {
        "back" => service.act(token, step, Action::Back).await?,
        "change" => service.act(token, step, Action::ChangeUtility).await?,
        "approved" => service.approval(token, step).await?,
        "on" => service.act(token, step, Action::Continue).await?,
        "sharing" => service.act(token, step, Action::OpenSharing).await?,
        "tell" => service.ask_to_be_told(token, step).await?,
        "choose" => service.choose(token, step, &chosen).await?,
        "resend" => service.resend(token, step).await?,
        "sign_in" => service.act(token, step, Action::SignInHere).await?,
        "use_file" => service.use_file(token, step).await?,
        "link_file" => service.link_file(token, step).await?,
        "finish" | "close" => return leave(service, token).await,
        "here" => service.keep_here(token, step).await?,
        "look" => service.load(token).await?,
        _ if !chosen.is_empty() => service.choose(token, step, &chosen).await?,
        _ => {
            if let Some(utility) = utility {
                service.select(token, step, utility).await?
            } else if let Some(query) = query {
                let query = query.trim().to_owned();
                if !query.is_empty() {
                    let found = service.search(token, &query).await?;
                    return Ok(Next::Found(query, found));
                }
                service.load(token).await?
            } else if let Some(username) = username {
                service.submit_login(token, step, &username, Secret::new(password)).await?
            } else if let Some(code) = code {
                service.submit_answer(token, step, Secret::new(code)).await?
            } else {
                return Err(RunError::OutOfPlace);
            }
        }
    };
    Ok(Next::Screen)
}

/// The outcome that belongs to the screen, as the modal reports it.
async fn leave(service: &Service, token: &Secret) -> Result<Next, RunError> {
    let run = service.document(token, None).await?;
    let company = run.view.company;
    let Some(redirect) = run.redirect else { return Ok(Next::Over { company, address: None }) };
    let address = match run.view.screen {
        Screen::Linked { .. } => {
            let code = service.hand_over_code(token).await?;
            redirect.with(&[("code", code.expose())])
        }
        Screen::Unsupported { utility, .. } => {
            // The next opening starts with the choice again.
            service.act(token, run.view.step, Action::ChangeUtility).await?;
            redirect.with(&[
                ("error", "unavailable_utility_credentials_submitted"),
                ("utility_id", &utility.id.to_string()),
                ("utility_name", &utility.name),
            ])
        }
        _ => redirect.with(&[("error", "user_initiated_exit")]),
    };
    Ok(Next::Over { company, address: Some(address) })
}
