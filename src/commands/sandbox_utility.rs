//! `connect sandbox-utility`: the customer portal of Sunrise Power & Gas.

use std::net::SocketAddr;

use clap::Args;
use connect_sunrise::{SunriseConfig, serve};
use tokio::net::TcpListener;

use super::serve::{stop, taken};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Address and port.
    #[arg(long, default_value = "127.0.0.1:8090")]
    address: SocketAddr,
}

pub(crate) async fn run(Arguments { address }: Arguments) -> Result<(), String> {
    let listener = TcpListener::bind(address).await.map_err(|error| taken(address, &error))?;
    // With port 0 the system has chosen one.
    let address = listener.local_addr().unwrap_or(address);
    let stop = stop().map_err(|error| format!("Signals cannot be received: {error}."))?;
    println!("Sunrise Power & Gas (sandbox utility) is at http://{address}/");
    tokio::select! {
        served = serve(listener, SunriseConfig::new(format!("http://{address}"))) => {
            served.map_err(|error| format!("The sandbox utility stopped: {error}."))
        }
        () = stop => Ok(()),
    }
}
