//! Forbidden addresses in all spellings, in the URL and behind a name: nothing is connected to.

use std::collections::BTreeSet;
use std::net::IpAddr;

use reqwest::Url;

use super::net::{Answers, Listener, Seen, get, unchecked, url};
use super::spellings::{addresses, spellings};
use crate::address::Reach;
use crate::origins::literal;
use crate::{Failure, OriginError, Origins};

/// Every spelling of every address, with the address.
pub(super) fn urls(port: u16) -> Vec<(Url, IpAddr)> {
    let written =
        addresses().into_iter().flat_map(|address| spellings(address).into_iter().map(move |s| (s, address)));
    let both = written.flat_map(|(host, address)| {
        ["https", "http"].map(|scheme| (url(&format!("{scheme}://{host}:{port}/path?secret=1")), address))
    });
    both.collect()
}

#[tokio::test]
async fn no_spelling_of_a_forbidden_address_is_connected_to() {
    let mut listener = Listener::new().await;
    let table = urls(listener.port);
    assert!(table.len() > 3000, "{}", table.len());
    let all: BTreeSet<_> = table.iter().map(|(url, _)| url.clone()).collect();
    assert!(all.len() > 500, "{}", all.len());
    // The list has every one of them: that alone does not open an address.
    for reach in [Reach::Public, Reach::Network, Reach::Machine] {
        let seen = Seen::new(Answers::new(), None);
        let client = seen.client(unchecked(all.clone(), reach));
        for (url, address) in &table {
            assert_eq!(literal(url), Some(*address), "{url} is an address");
            if !reach.permits(*address) {
                assert_eq!(get(&client, url).await, Err(Failure::NotPublic), "{url} {reach:?}");
            }
        }
        assert_eq!((seen.direct(), seen.handed.lock().unwrap().len()), (0, 0), "{reach:?}");
    }
    assert_eq!(listener.count().await, 0);
}

/// The same table where it can be connected to: the counts above are not zero by chance.
#[tokio::test]
async fn the_same_spellings_arrive_where_they_are_permitted() {
    let mut listener = Listener::new().await;
    let near: Vec<_> = urls(listener.port).into_iter().map(|(url, _)| url).collect();
    let near: Vec<_> =
        near.into_iter().filter(|url| url.scheme() == "http" && url.host_str() == Some("127.0.0.1")).collect();
    assert!(near.len() >= 15, "{}", near.len());
    let seen = Seen::new(Answers::new(), None);
    let client = seen.client(unchecked(near.clone(), Reach::Machine));
    for url in &near {
        assert_eq!(get(&client, url).await.as_deref(), Ok("hello"), "{url}");
    }
    assert_eq!((listener.count().await, seen.direct()), (near.len(), near.len()));
}

#[tokio::test]
async fn no_name_of_a_forbidden_address_is_connected_to() {
    let mut listener = Listener::new().await;
    let public: IpAddr = "93.184.215.14".parse().unwrap();
    let addresses = addresses();
    let mut names = Answers::new();
    for (number, &address) in addresses.iter().enumerate() {
        let answers = [vec![address], vec![public, address], vec![address, public, public]];
        for (kind, answer) in answers.into_iter().enumerate() {
            names.insert(format!("n{number}-{kind}.example.com"), vec![answer]);
        }
    }
    let urls: Vec<_> =
        names.keys().map(|name| url(&format!("https://{name}:{}/?secret=1", listener.port))).collect();
    assert!(urls.len() > 1000, "{}", urls.len());
    let seen = Seen::new(names, None);
    let origins = Origins::new(urls.iter().map(|url| url.as_str().trim_end_matches("/?secret=1")), &[]).unwrap();
    let client = seen.client(origins);
    for url in &urls {
        assert_eq!(get(&client, url).await, Err(Failure::NotPublic), "{url}");
    }
    assert_eq!(seen.asked.load(std::sync::atomic::Ordering::SeqCst), urls.len(), "each name was asked for");
    assert_eq!((seen.direct(), seen.handed.lock().unwrap().len()), (0, 0));
    assert_eq!(listener.count().await, 0);
}

#[tokio::test]
async fn a_list_with_a_forbidden_address_is_refused_at_once() {
    for (url, _) in urls(8443) {
        let text = url.as_str().trim_end_matches("path?secret=1");
        let error = Origins::new([text], &[]).unwrap_err();
        assert!(matches!(error, OriginError::NotPublic(_) | OriginError::NotSecure(_)), "{url}: {error}");
    }
}

/// What is no address in a URL is no URL.
#[test]
fn what_the_parser_refuses_stays_refused() {
    for host in ["[fe80::1%25lo]", "[fe80::1%lo]", "[::1", "127.0.0.1.1", "256.0.0.1", "0x100000000", "09.0.0.1"] {
        let text = format!("https://{host}/");
        assert!(Url::parse(&text).is_err(), "{host}");
        assert!(Origins::new([text.as_str()], std::slice::from_ref(&text)).is_err(), "{host}");
    }
}
