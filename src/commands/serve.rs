//! `connect`, without a word more: reads `Leptos.toml`, makes what is missing, and serves.

use std::net::SocketAddr;
use std::path::Path;

use connect::web::{self, Started};
use leptos::config::get_configuration;
use tokio::net::TcpListener;

use super::{CONFIG, options};

/// Serves until it is told to stop. An error is one sentence for the person at the terminal.
pub(crate) async fn serve() -> Result<(), String> {
    // Leptos' own start would do this; without it the first async view panics.
    any_spawner::Executor::init_tokio().map_err(|e| format!("The async runtime could not start: {e}."))?;
    let connect = options()?;
    let options = get_configuration(Some(CONFIG))
        .map_err(|e| {
            format!(
                "An option of {CONFIG} or LEPTOS_… in the environment is not right: {}.",
                e.to_string().replace("Config Error: ", "").trim_end_matches('.')
            )
        })?
        .leptos_options;
    let address = options.site_addr;
    if !Path::new(options.site_root.as_ref()).join("initialize.js").is_file() {
        return Err(format!(
            "The site has not been built: {} is missing. Run `make run`, which builds and serves.",
            options.site_root
        ));
    }
    // The port first: a second start then touches nothing.
    let listener = TcpListener::bind(address).await.map_err(|e| taken(address, &e))?;
    let Started { web, credentials } = web::start(options, &connect).await.map_err(|e| e.to_string())?;
    let stop = stop().map_err(|e| format!("Signals cannot be received: {e}."))?;
    // With port 0 the system has chosen one.
    greet(listener.local_addr().unwrap_or(address), credentials.as_deref());
    axum::serve(listener, web::router(web))
        .with_graceful_shutdown(stop)
        .await
        .map_err(|e| format!("The server stopped: {e}."))
}

pub(crate) fn taken(address: SocketAddr, error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::AddrInUse {
        format!(
            "Port {} is taken: is Connect running already? Stop it, or choose another address with LEPTOS_SITE_ADDR.",
            address.port()
        )
    } else {
        format!("{address} cannot be served: {error}.")
    }
}

fn greet(address: SocketAddr, credentials: Option<&Path>) {
    let host = if address.ip().is_loopback() || address.ip().is_unspecified() {
        format!("localhost:{}", address.port())
    } else {
        address.to_string()
    };
    println!("Connect is running at http://{host}");
    if let Some(path) = credentials {
        println!("  1. Open http://{host} and click “Connect your utility”.");
        println!("  2. Choose Pacific Gas and Electric; sign in with user@pelm.com / password.");
        println!("  The sandbox client's id and secret for the API are in {}.", path.display());
    }
    println!("  Stop with Ctrl-C.");
}

/// Resolves when the process is told to stop. The signals are caught from this call on.
pub(crate) fn stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    })
}
