//! Sends the notifications of the sandbox utility. The portal makes no connections of its own.

use std::time::Duration;

use connect_outbound::header::HeaderValue;
use connect_outbound::{Client, Failure, Method, Options, OriginError, Origins, Request, StatusCode, Url};
use connect_sunrise::{Notification, NotificationSink};
use tokio::time::sleep;

/// How long one try may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Pauses between the tries: Connect may be starting just now.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(15)];

/// Sends every notification to Connect at this address by a task of its own, once its delay is over.
pub(crate) fn sink(connect: &str) -> Result<NotificationSink, String> {
    let client = client(connect)?;
    Ok(NotificationSink::new(move |notification| {
        let client = client.clone();
        tokio::spawn(async move {
            sleep(notification.after).await;
            if let Err(reason) = deliver(&client, &notification, PAUSES).await {
                tracing::warn!(uri = notification.uri, "a notification was not taken: {reason}");
            }
        });
    }))
}

/// A client to Connect and nowhere else. It runs where this runs, or in the same network.
fn client(connect: &str) -> Result<Client, String> {
    let named = |error: OriginError| format!("--connect is not right: {error}.");
    let origins = Origins::new([connect], &[connect.to_owned()]).map_err(named)?;
    let options = Options { request: TIMEOUT, connect: TIMEOUT, ..Options::default() };
    Client::new(origins, &options).map_err(|_| "The HTTP client cannot be set up.".to_owned())
}

/// Sends it until it is taken, with these pauses between the tries.
async fn deliver(client: &Client, notification: &Notification, pauses: [Duration; 2]) -> Result<(), String> {
    for pause in pauses {
        if post(client, notification).await.is_ok() {
            return Ok(());
        }
        sleep(pause).await;
    }
    post(client, notification).await
}

async fn post(client: &Client, notification: &Notification) -> Result<(), String> {
    let url = Url::parse(&notification.uri).map_err(|_| "its address is none".to_owned())?;
    let kind = HeaderValue::from_static("application/atom+xml");
    let request = Request::new(Method::POST, url).body(kind, notification.body.clone());
    match client.send(request).await.map(|answer| answer.status()) {
        Ok(status) if status.is_success() => Ok(()),
        // Nothing listens there for such news.
        Ok(StatusCode::NOT_FOUND) => Err("there is no such page (404)".to_owned()),
        Ok(status) => Err(format!("the answer was {status}")),
        Err(failure @ (Failure::NoConnection | Failure::TimedOut)) => Err(failure.to_string()),
        Err(failure) => Err(format!("not sent: {failure}")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::extract::Request;
    use axum::http::StatusCode;
    use axum::routing::post;
    use tokio::net::TcpListener;

    use super::*;

    const NO_PAUSES: [Duration; 2] = [Duration::ZERO; 2];

    /// A third party that refuses so many times, and what it was sent.
    async fn third_party(refusals: usize) -> (Notification, Arc<Mutex<Vec<(String, String)>>>) {
        let taken: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let (kept, count) = (taken.clone(), Arc::new(AtomicUsize::new(0)));
        let take = post(move |request: Request| {
            let (kept, count) = (kept.clone(), count.clone());
            async move {
                let kind = request.headers()["content-type"].to_str().unwrap().to_owned();
                let body = axum::body::to_bytes(request.into_body(), 1 << 16).await.unwrap();
                kept.lock().unwrap().push((kind, String::from_utf8(body.to_vec()).unwrap()));
                let refused = count.fetch_add(1, Ordering::SeqCst) < refusals;
                if refused { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NO_CONTENT }
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}/greenbutton/notify", listener.local_addr().unwrap());
        let router = Router::new().route("/greenbutton/notify", take);
        tokio::spawn(async move { axum::serve(listener, router).await });
        (Notification { uri, body: "<BatchList/>".to_owned(), after: Duration::ZERO }, taken)
    }

    /// A client to where it is sent.
    fn to(notification: &Notification) -> Client {
        client(&Url::parse(&notification.uri).unwrap().origin().ascii_serialization()).unwrap()
    }

    #[tokio::test]
    async fn a_notification_is_sent_until_it_is_taken() {
        for (refusals, tries, taken) in [(0, 1, true), (2, 3, true), (3, 3, false)] {
            let (notification, sent) = third_party(refusals).await;
            let delivered = deliver(&to(&notification), &notification, NO_PAUSES).await;
            assert_eq!(delivered.is_ok(), taken, "{delivered:?}");
            let expected = ("application/atom+xml".to_owned(), "<BatchList/>".to_owned());
            assert_eq!(*sent.lock().unwrap(), vec![expected; tries]);
        }
    }

    #[tokio::test]
    async fn why_it_was_not_taken_is_told() {
        let (mut notification, _) = third_party(9).await;
        let reason = async |notification: &Notification| {
            deliver(&to(notification), notification, NO_PAUSES).await.unwrap_err()
        };
        assert_eq!(reason(&notification).await, "the answer was 503 Service Unavailable");
        notification.uri = notification.uri.replace("notify", "elsewhere");
        assert_eq!(reason(&notification).await, "there is no such page (404)");
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        notification.uri = format!("http://{free}/greenbutton/notify");
        assert_eq!(reason(&notification).await, "no connection");
    }

    #[tokio::test]
    async fn it_is_sent_to_connect_only() {
        let (notification, sent) = third_party(0).await;
        let reason = deliver(&client("http://127.0.0.1:9").unwrap(), &notification, NO_PAUSES).await;
        assert_eq!(reason.unwrap_err(), "not sent: an address that is not on the list");
        assert!(sent.lock().unwrap().is_empty());
        let refused = client("http://connect.example.com").unwrap_err();
        assert!(
            refused.starts_with("--connect is not right: `http://connect.example.com` must be https"),
            "{refused}"
        );
    }
}
