//! `connect`, without a word more: reads `Leptos.toml`, makes what is missing, and serves.
//!
//! It becomes two processes (`connect_server::process`): the connectors' is started, then this one turns into the
//! web's, which thereby has nothing in its memory or environment that was there before, such as a master
//! key.

use std::io::stdin;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use connect::web::{self, Started};
use connect_core::audit::{Event, Kind};
use connect_server::bootstrap::TEXT_VARIABLE;
use connect_server::config::ConnectOptions;
use connect_server::process::{self, Confined, Hello};
use leptos::config::{LeptosOptions, get_configuration};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{CONFIG, options};

/// How long requests may take to end after the signal.
const STOP: Duration = Duration::from_secs(20);

const ENDED: &str = "The process of the connectors has ended, and without it nothing can be linked: start again.";

/// Starts the connectors' process and turns into the web's. Comes back only with an error.
pub(crate) fn launch() -> Result<(), String> {
    let failed = |error: std::io::Error| format!("The two processes could not be started: {error}.");
    let (web, connectors) = UnixStream::pair().map_err(failed)?;
    let program = program().map_err(failed)?;
    let start = |part: &str, socket: UnixStream| {
        let mut command = Command::new(&program);
        command.arg0("connect").arg(part).stdin(OwnedFd::from(socket));
        command
    };
    start("connectors-process", connectors).spawn().map_err(failed)?;
    Err(failed(start("web-process", web).env_remove(TEXT_VARIABLE).exec()))
}

/// This program, also when its file has been removed meanwhile.
fn program() -> std::io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    Ok(if program.exists() { program } else { "/proc/self/exe".into() })
}

/// The socket to the other process, which stands in the place of the standard input.
pub(super) fn socket() -> Result<UnixStream, String> {
    let socket = stdin().as_fd().try_clone_to_owned().map(UnixStream::from);
    socket.map_err(|error| format!("There is no socket to the other process: {error}. Start `connect` instead."))
}

/// The web's process: serves until it is told to stop. An error is one sentence for the person at the
/// terminal; an empty one was said by the other process.
pub(crate) fn web_process() -> Result<(), String> {
    let mut socket = socket()?;
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
    let listener = StdListener::bind(address).map_err(|e| taken(address, &e))?;
    process::keep_to_oneself();
    let hello =
        process::go(&mut socket).map_err(|e| format!("The process of the connectors did not start: {e}."))?;
    let Some(hello) = hello else { return Err(String::new()) };
    // Before there is a second thread.
    shut_off(&options, &connect)?;
    let runtime =
        tokio::runtime::Runtime::new().map_err(|e| format!("The async runtime could not start: {e}."))?;
    runtime.block_on(serve(options, connect, hello, socket, listener))
}

/// Leaves this process the site and the database, and no connections of its own.
fn shut_off(options: &LeptosOptions, connect: &ConnectOptions) -> Result<(), String> {
    // SQLite puts its other files beside the real file, not beside a link to it.
    let database = connect.database();
    let database = database.canonicalize().map_err(|e| format!("{} cannot be found: {e}.", database.display()))?;
    // The other process has opened it: all three are there.
    let files = ["", "-wal", "-shm"].map(|suffix| {
        let mut file = database.clone().into_os_string();
        file.push(suffix);
        PathBuf::from(file)
    });
    match process::confine(&[Path::new(options.site_root.as_ref())], &files) {
        Ok(Confined::Fully) => {}
        Ok(Confined::Files) => {
            tracing::warn!("this kernel cannot shut the web's process off from making connections")
        }
        Ok(Confined::Not) => {
            tracing::warn!("this system cannot shut the web's process off from the master key's file")
        }
        Err(error) => return Err(format!("The web's process could not be confined: {error}.")),
    }
    Ok(())
}

async fn serve(
    options: LeptosOptions,
    connect: ConnectOptions,
    hello: Hello,
    socket: UnixStream,
    listener: StdListener,
) -> Result<(), String> {
    // Leptos' own start would do this; without it the first async view panics.
    any_spawner::Executor::init_tokio().map_err(|e| format!("The async runtime could not start: {e}."))?;
    let quickstart = hello.sandbox_client.is_some();
    let address = listener.local_addr().unwrap_or(options.site_addr);
    let listener = listener.set_nonblocking(true).and_then(|()| TcpListener::from_std(listener));
    let listener = listener.map_err(|e| format!("{address} cannot be served: {e}."))?;
    let Started { web, mut ended, connectors, tasks } =
        web::start(options, &connect, hello, socket).await.map_err(|e| e.to_string())?;
    let stop = stop().map_err(|e| format!("Signals cannot be received: {e}."))?;
    // With port 0 the system has chosen one.
    greet(address, quickstart.then(|| connect.data_dir.join(SANDBOX_CLIENT)).as_deref());
    let audit = web.service.audit().clone();
    // The peer's address goes into records.
    let router = web::router(web).into_make_service_with_connect_info::<SocketAddr>();
    let (told, stopping) = oneshot::channel();
    let stop = async move {
        stop.await;
        let _ = told.send(());
    };
    let late = async move {
        // Without the signal there is no hurry.
        if stopping.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(STOP).await;
    };
    let served = axum::serve(listener, router).with_graceful_shutdown(stop);
    let served = tokio::select! {
        served = async { served.await } => served.map_err(|e| format!("The server stopped: {e}.")),
        // Somebody sends half a request and keeps the line: what is to be written is written all the same.
        () = late => Ok(()),
        _ = &mut ended => Err(ENDED.into()),
    };
    // Open windows first: then the last record is that of the stop.
    let closed = async { audit.flush().await.and(audit.note(Event::of(Kind::ServiceStopped)).await) }.await;
    if let Ok(head) = audit.head().await {
        tracing::info!(%head, "the audit log");
    }
    // This process lets go of the database first: the other may remove its log when it does.
    drop(audit);
    for task in tasks {
        task.abort();
        let _ = task.await;
    }
    served?;
    connectors.end().await;
    // It ends with this one anyway; waited for, whoever started us finds the database closed.
    let _ = tokio::time::timeout(Duration::from_secs(10), ended).await;
    closed.map_err(|e| format!("The audit log could not be closed: {e}."))
}

/// Name of the file with the sandbox client's credentials, in the data directory.
pub(super) const SANDBOX_CLIENT: &str = "sandbox-client.env";

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
