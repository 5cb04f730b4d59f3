//! `connect sandbox-utility`: the customer portal of Sunrise Power & Gas.

use std::net::SocketAddr;

use clap::Args;
use connect_core::secret::Secret;
use connect_sunrise::{SunriseConfig, ThirdParty, serve};
use tokio::net::TcpListener;

use super::notifications;
use super::serve::{stop, taken};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Address and port.
    #[arg(long, default_value = "127.0.0.1:8090")]
    address: SocketAddr,
    /// Where Connect is: customers who share their data come back there, and it is told of new data.
    #[arg(long, default_value = "http://localhost:8080")]
    connect: String,
}

pub(crate) async fn run(Arguments { address, connect }: Arguments) -> Result<(), String> {
    let listener = TcpListener::bind(address).await.map_err(|error| taken(address, &error))?;
    // With port 0 the system has chosen one.
    let address = listener.local_addr().unwrap_or(address);
    let stop = stop().map_err(|error| format!("Signals cannot be received: {error}."))?;
    let mut sunrise = SunriseConfig::new(format!("http://{address}"));
    let connect = connect.trim_end_matches('/');
    sunrise.third_parties.push(ThirdParty::example(connect));
    // No secret: it keeps consents over a restart, of customers who do not exist.
    sunrise.signing_key = Some(Secret::new("sunrise-power-and-gas"));
    sunrise.notifications = Some(notifications::sink(connect)?);
    println!("Sunrise Power & Gas (sandbox utility) is at http://{address}/");
    tokio::select! {
        served = serve(listener, sunrise) => {
            served.map_err(|error| format!("The sandbox utility stopped: {error}."))
        }
        () = stop => Ok(()),
    }
}
