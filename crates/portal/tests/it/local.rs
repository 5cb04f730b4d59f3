//! What is on this machine is opened by its name only.

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use connect_core::connector::{Connector, ConnectorError};
use connect_portal::{PortalConfig, PortalConnector};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{config, context, failed, login, now, serve};

/// The portal is local, and leads to a host on the list that is not.
#[tokio::test]
async fn a_host_on_the_list_that_is_not_public_is_not_connected_to() {
    let inner = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = inner.local_addr().unwrap();
    let other = format!("https://localhost:{}", address.port());
    let place = format!("{other}/login");
    let base = serve(Router::new().route("/login", get(async move || Redirect::to(&place)))).await;
    let config = PortalConfig { allowed_hosts: vec![other], ..config(&base) };
    let begun = PortalConnector::new(config).unwrap().begin(context(now(), true), &login("good")).await;
    assert_eq!(failed(begun), ConnectorError::SiteChanged("an address that is not public"));
    // The first connection that arrives is our own.
    let own = TcpStream::connect(address).await.unwrap();
    assert_eq!(inner.accept().await.unwrap().1, own.local_addr().unwrap());
}
