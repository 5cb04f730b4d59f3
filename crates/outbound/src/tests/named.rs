//! What a configuration names as local, names that change their address, and redirects.

use std::net::IpAddr;
use std::sync::atomic::Ordering;

use reqwest::Method;
use reqwest::header::LOCATION;

use super::net::{Answers, Listener, Seen, get, unchecked, url};
use super::table::urls;
use crate::address::Reach;
use crate::{Client, Failure, Options, Origins, Request};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// The list of one origin, which is local.
fn local(origin: &str) -> Origins {
    Origins::new([origin], &[origin.to_owned()]).unwrap()
}

/// With the machine's own resolver.
#[tokio::test]
async fn what_is_named_as_local_works_and_opens_nothing_else() {
    let mut sandbox = Listener::new().await;
    let mut other = Listener::new().await;
    for host in ["127.0.0.1", "localhost"] {
        let origin = format!("http://{host}:{}", sandbox.port);
        let client = Client::new(local(&origin), &Options::default()).unwrap();
        assert_eq!(get(&client, &url(&origin)).await.as_deref(), Ok("hello"), "{origin}");
        for elsewhere in [
            // Another port, scheme, name or address of the same machine.
            format!("http://{host}:{}/", other.port),
            format!("http://{host}/"),
            format!("https://{host}:{}/", sandbox.port),
            format!("http://127.0.0.2:{}/", sandbox.port),
            format!("http://[::1]:{}/", other.port),
            format!("http://localhost.:{}/", sandbox.port),
            format!("http://user@{host}:{}/", sandbox.port),
            format!("http://{host}:{}@{host}:{}/", sandbox.port, other.port),
        ] {
            assert_eq!(get(&client, &url(&elsewhere)).await, Err(Failure::NotAllowed), "{elsewhere}");
        }
        for (url, _) in urls(other.port) {
            assert_eq!(get(&client, &url).await, Err(Failure::NotAllowed), "{url}");
        }
    }
    assert!(sandbox.count().await >= 2, "one for each name");
    assert_eq!(other.count().await, 0);
}

/// Two origins of one name, of which one is local.
#[tokio::test]
async fn a_local_origin_does_not_open_its_name() {
    let mut listener = Listener::new().await;
    let open = format!("https://localhost:{}", listener.port);
    let sandbox = Listener::new().await;
    let near = format!("http://localhost:{}", sandbox.port);
    let origins = Origins::new([open.as_str(), near.as_str()], std::slice::from_ref(&near)).unwrap();
    let client = Client::new(origins, &Options::default()).unwrap();
    assert_eq!(get(&client, &url(&near)).await.as_deref(), Ok("hello"));
    assert_eq!(get(&client, &url(&open)).await, Err(Failure::NotPublic));
    assert_eq!(listener.count().await, 0);
}

#[tokio::test]
async fn local_without_tls_is_this_machine_whatever_the_name_leads_to() {
    let far = ["10.0.0.1", "192.168.1.1", "93.184.215.14", "169.254.169.254"];
    let names = far.map(|address| vec![ip("127.0.0.1"), ip(address)]).to_vec();
    let seen = Seen::new(Answers::from([("localhost".to_owned(), names)]), None);
    let client = seen.client(local("http://localhost:9"));
    for address in far {
        assert_eq!(get(&client, &url("http://localhost:9/")).await, Err(Failure::NotPublic), "{address}");
    }
    assert_eq!(seen.handed.lock().unwrap().len(), 0);
}

/// The name is public when it is looked at, and this machine when it is connected to.
#[tokio::test]
async fn a_name_that_changes_its_address_gains_nothing() {
    let mut public = Listener::new().await;
    let mut listener = Listener::new().await;
    for forbidden in ["127.0.0.1", "::1", "169.254.169.254", "10.0.0.1"] {
        let answers = vec![vec![ip("93.184.215.14")], vec![ip(forbidden)], vec![ip("93.184.215.14")]];
        let seen = Seen::new(Answers::from([("evil.example.com".to_owned(), answers)]), Some(public.port));
        let client = seen.client(Origins::new(["https://evil.example.com"], &[]).unwrap());
        let mut asked = 0;
        // TLS fails at the stand-in, so each request makes a connection of its own.
        for expected in [Failure::NoConnection, Failure::NotPublic, Failure::NoConnection] {
            assert_eq!(get(&client, &url("https://evil.example.com/?secret=1")).await, Err(expected));
            asked += 1;
            assert_eq!(seen.asked.load(Ordering::SeqCst), asked, "one look-up for one connection");
        }
        // The connections went to what was checked.
        let handed: Vec<_> = seen.handed.lock().unwrap().iter().map(|address| address.ip()).collect();
        assert_eq!(handed, [ip("93.184.215.14"); 2], "{forbidden}");
        assert_eq!(public.count().await, 2);
    }
    // The same with bytes that arrive: the sandbox's name turns to another service of the machine's network.
    let answers = vec![vec![ip("127.0.0.1")], vec![ip("10.0.0.1")], vec![ip("127.0.0.1")]];
    let seen = Seen::new(Answers::from([("localhost".to_owned(), answers)]), None);
    let origin = format!("http://localhost:{}", listener.port);
    let client = seen.client(local(&origin));
    for expected in [Ok("hello"), Err(&Failure::NotPublic), Ok("hello")] {
        assert_eq!(get(&client, &url(&origin)).await.as_deref(), expected);
    }
    assert_eq!(listener.count().await, 2);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_its_target_is_checked_anew() {
    let mut inner = Listener::new().await;
    let targets = [
        (format!("http://127.0.0.1:{}/", inner.port), Failure::NotAllowed),
        (format!("http://2130706433:{}/", inner.port), Failure::NotAllowed),
        ("http://169.254.169.254/latest/meta-data/".to_owned(), Failure::NotAllowed),
        ("file:///etc/passwd".to_owned(), Failure::NotAllowed),
        // On the list, and not where the list may lead.
        (format!("https://partner.example.com:{}/", inner.port), Failure::NotPublic),
    ];
    for (target, expected) in targets {
        for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
            let mut sandbox = Listener::answering(&format!("HTTP/1.1 {status}\r\nLocation: {target}"), "").await;
            let base = format!("http://127.0.0.1:{}", sandbox.port);
            let partner = format!("https://partner.example.com:{}", inner.port);
            let origins = Origins::new([base.as_str(), partner.as_str()], std::slice::from_ref(&base)).unwrap();
            let names = Answers::from([("partner.example.com".to_owned(), vec![vec![ip("127.0.0.1")]])]);
            let client = Seen::new(names, None).client(origins);
            let request = Request::new(Method::POST, url(&base)).form(&[("password", "secret")]);
            let answer = client.send(request).await.unwrap();
            assert_eq!(answer.status().as_str(), &status[..3]);
            let to = url(answer.headers()[LOCATION].to_str().unwrap());
            assert_eq!(get(&client, &to).await, Err(expected), "{target}");
            assert_eq!(sandbox.count().await, 1);
        }
    }
    assert_eq!(inner.count().await, 0);
}

#[tokio::test]
async fn nothing_of_the_address_is_told() {
    let near = url("http://127.0.0.1:9/hidden?ticket=hidden");
    let seen = Seen::new(Answers::from([("a.test".to_owned(), vec![vec![ip("10.0.0.1")]])]), None);
    let named = url("https://a.test/hidden?ticket=hidden");
    let origins = unchecked([near.clone()], Reach::Machine);
    let mut told = String::new();
    for (client, url) in [
        (seen.client(origins.clone()), &near),
        (seen.client(origins), &named),
        (seen.client(unchecked([named.clone()], Reach::Public)), &named),
    ] {
        let failure = get(&client, url).await.unwrap_err();
        told.push_str(&format!("{failure} {failure:?}; "));
    }
    let listener = Listener::answering("HTTP/1.1 302 Found\r\nSet-Cookie: hidden", "").await;
    let base = format!("http://127.0.0.1:{}", listener.port);
    let client = Seen::new(Answers::new(), None).client(local(&base));
    let request = Request::new(Method::GET, url(&format!("{base}/hidden?hidden")));
    told.push_str(&format!("{:?}", client.send(request).await.unwrap()));
    assert!(told.contains("NoConnection") && told.contains("NotAllowed") && told.contains("NotPublic"), "{told}");
    assert!(told.contains("302") && !told.contains("hidden"), "{told}");
}
