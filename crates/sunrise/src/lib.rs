//! Sunrise Power & Gas: the customer portal of a utility that does not exist.
//!
//! A web site like that of a real utility, to sign in to by hand or by program: [`router`] has the
//! pages, [`data`] what they show, [`bill_pdf`] and [`espi`] the files to download. What happens
//! after the sign-in is chosen by the user name, see [`LOGINS`].
//!
//! Sessions are kept in memory and end with the process. Remembered devices and the tokens of
//! Green Button Connect My Data are signed and outlive it, if [`SunriseConfig::signing_key`] is set.

pub mod bill_pdf;
mod config;
mod custodian;
pub mod data;
pub mod espi;
mod logins;
mod session;
mod sign;
mod web;

use std::io;

use axum::Router;
use tokio::net::TcpListener;

pub use config::{SunriseConfig, ThirdParty};
pub use custodian::{Notification, NotificationSink, batch_list};
pub use logins::{ANSWER, CODE, EMAIL_DOMAIN, LOGINS, PortalLogin, QUESTION, plain_name};

/// The portal.
///
/// # Panics
///
/// When the system's random source fails while a signing key is drawn.
pub fn router(config: SunriseConfig) -> Router {
    web::router(config::App::new(config))
}

/// Serves the portal until the process ends.
pub async fn serve(listener: TcpListener, config: SunriseConfig) -> io::Result<()> {
    axum::serve(listener, router(config)).await
}
