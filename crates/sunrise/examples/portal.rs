//! The portal, to try by hand: `cargo run -p connect-sunrise --example portal [ADDRESS]`.

use std::env;
use std::io;

use connect_sunrise::{SunriseConfig, ThirdParty, serve};
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8090".to_owned());
    let listener = TcpListener::bind(&address).await?;
    let mut config = SunriseConfig::new(format!("http://{}", listener.local_addr()?));
    config.third_parties.push(ThirdParty::example("http://127.0.0.1:8080"));
    eprintln!("Sunrise Power & Gas (sandbox): {}/", config.public_url);
    serve(listener, config).await
}
