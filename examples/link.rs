//! Links a customer of the sandbox on a server that runs, as the modal does it, and prints what the
//! company's page would get: the authorization code. For tools that test the API from outside
//! (`scripts/schemathesis.sh`).
//!
//! ```text
//! link http://127.0.0.1:8180 CONNECT_TOKEN [USER_NAME]
//! ```
#![allow(clippy::print_stdout, reason = "the answer is for the program that called")]

use std::process::ExitCode;

use connect::calls::Way;
use connect::calls::choose::Choose;
use connect::calls::finish::Finish;
use connect::calls::go::Go;
use connect::calls::load::Load;
use connect::calls::select_utility::SelectUtility;
use connect::calls::submit_login::SubmitLogin;
use connect::calls::wait::Wait;
use connect_outbound::header::HeaderValue;
use connect_outbound::{Client, Method, Options, Origins, Request};
use connect_wire::{FlowView, Hidden, PageKind, Screen};
use leptos::server_fn::ServerFn;
use leptos::server_fn::serde::Serialize;
use leptos::server_fn::serde::de::DeserializeOwned;

/// Pacific Gas and Electric.
const UTILITY: u32 = 1;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (base, token, username) = match arguments.as_slice() {
        [base, token] => (base, token, "user@pelm.com"),
        [base, token, username] => (base, token, username.as_str()),
        _ => {
            eprintln!("link BASE_URL CONNECT_TOKEN [USER_NAME]");
            return ExitCode::FAILURE;
        }
    };
    match link(base, Hidden(token.clone()), username).await {
        Ok(code) => {
            println!("{}", code.0);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn link(base: &str, token: Hidden, username: &str) -> Result<Hidden, String> {
    let mut view: FlowView = call(base, &Load { token: token.clone() }).await?;
    for _ in 0..60 {
        let (token, step) = (token.clone(), view.step);
        view = match view.screen {
            Screen::Welcome { .. } => call(base, &Go { token, step, way: Way::On }).await?,
            Screen::Select { .. } => call(base, &SelectUtility { token, step, utility: UTILITY }).await?,
            Screen::Credentials(_) => {
                let (username, password) = (Hidden(username.to_owned()), Hidden("password".to_owned()));
                call(base, &SubmitLogin { token, step, username, password }).await?
            }
            Screen::Page { kind: PageKind::Meters, html } => {
                let places: Vec<_> =
                    (0..html.matches("type=\"checkbox\"").count()).map(|p| p.to_string()).collect();
                call(base, &Choose { token, step, chosen: places.join(",") }).await?
            }
            Screen::Checking { .. } => call(base, &Wait { token, step }).await?,
            Screen::Linked { .. } => return call(base, &Finish { token }).await,
            other => return Err(format!("the flow leads to a screen that this program does not know: {other:?}")),
        };
    }
    Err("the utility did not answer".to_owned())
}

/// Calls a server function as the browser does.
async fn call<F: ServerFn + Serialize, T: DeserializeOwned>(base: &str, arguments: &F) -> Result<T, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let body = postcard::to_allocvec(arguments).map_err(|e| text(&e))?;
    let origins = Origins::new([base], &[base.to_owned()]).map_err(|e| text(&e))?;
    let client = Client::new(origins, &Options::default()).map_err(|e| text(&e))?;
    let url = client.origins().base().join(F::PATH).map_err(|e| text(&e))?;
    let request = Request::new(Method::POST, url).body(HeaderValue::from_static("application/x-postcard"), body);
    let answer = client.send(request).await.map_err(|e| text(&e))?;
    let status = answer.status();
    if !status.is_success() {
        return Err(format!("{} answered {status}", F::PATH));
    }
    let bytes = answer.read(1 << 20).await.map_err(|e| text(&e))?;
    postcard::from_bytes(&bytes).map_err(|e| text(&e))
}
