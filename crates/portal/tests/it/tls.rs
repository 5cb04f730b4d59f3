//! Portals whose certificate is not to be trusted.

use std::sync::Arc;

use connect_core::connector::{Connector, ConnectorError};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::support::{connector, context, failed, login, now};

/// What each connection came to: what was said once it was encrypted, or `None` where the client left before.
type Heard = UnboundedReceiver<Option<Vec<u8>>>;

/// A server with a certificate that it has signed itself.
async fn self_signed() -> (u16, CertificateDer<'static>, Heard) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (ears, heard) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let said = match acceptor.accept(connection).await {
                Ok(mut connection) => {
                    let mut said = vec![0; 4096];
                    let count = connection.read(&mut said).await.unwrap_or(0);
                    said.truncate(count);
                    Some(said)
                }
                Err(_) => None,
            };
            let _ = ears.send(said);
        }
    });
    (port, certificate, heard)
}

#[tokio::test]
async fn a_certificate_that_nobody_signed_is_refused_before_anything_is_said() {
    let (port, _, mut heard) = self_signed().await;
    let connector = connector(&format!("https://localhost:{port}"));
    let begun = connector.begin(context(now(), true), &login("good")).await;
    assert_eq!(failed(begun), ConnectorError::SiteDown);
    // The server was reached, and a client that does not trust has nothing to say.
    assert_eq!(heard.recv().await, Some(None));
    while let Ok(said) = heard.try_recv() {
        assert_eq!(said, None);
    }
}

/// The certificate is all that is wrong with that server.
#[tokio::test]
async fn the_same_server_is_heard_by_who_trusts_it() {
    let (port, certificate, mut heard) = self_signed().await;
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let connection = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut connection = TlsConnector::from(Arc::new(config)).connect(name, connection).await.unwrap();
    connection.write_all(b"hello").await.unwrap();
    assert_eq!(heard.recv().await, Some(Some(b"hello".to_vec())));
}
