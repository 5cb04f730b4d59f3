//! The accounts under each login.

use std::collections::HashSet;

use connect_core::connector::{Connector, MeterKind, RemoteAccount};
use connect_sandbox::SandboxConnector;

use crate::{accounts, at, begin_with, session};

async fn of(username: &str, utility: u32) -> Vec<RemoteAccount> {
    accounts(username, utility).await.expect("has accounts")
}

fn kinds(account: &RemoteAccount) -> Vec<MeterKind> {
    account.meters.iter().map(|meter| meter.kind).collect()
}

fn ids(accounts: &[RemoteAccount]) -> Vec<String> {
    let of_meters = |a: &RemoteAccount| a.meters.iter().map(|m| m.public_id).collect::<Vec<_>>();
    let all = accounts.iter().flat_map(|a| std::iter::once(a.public_id).chain(of_meters(a)));
    all.map(|id| id.expect("the sandbox gives ids").to_string()).collect()
}

#[tokio::test]
async fn the_classic_login_has_the_accounts_that_pelm_had() {
    let found = of("user@pelm.com", 1).await;
    let shown: Vec<_> = found.iter().map(|a| (a.account_number.as_str(), a.address.as_str(), kinds(a))).collect();
    assert_eq!(
        shown,
        [
            ("1077345636", "1 WARRIORS WAY SAN FRANCISCO CA 94158", vec![MeterKind::Gas, MeterKind::Electric]),
            ("2077345636", "1 FERRY BUILDING SAN FRANCISCO CA 94105", vec![MeterKind::Electric]),
        ]
    );
    assert_eq!(
        ids(&found),
        [
            "ea100000-0000-0000-0000-000000000000",
            "ea110000-0000-0000-0000-000000000000",
            "ea120000-0000-0000-0000-000000000000",
            "ea200000-0000-0000-0000-000000000000",
            "ea210000-0000-0000-0000-000000000000",
        ]
    );
    assert_eq!(of("user@pelm.com", 99).await, found);
    let older = session(begin_with("username_good@gmail.com", "password_good").await);
    assert_eq!(SandboxConnector::new().accounts(at(0), &older).await, Ok(found));
}

#[tokio::test]
async fn meters_are_what_the_name_says() {
    for (username, expected) in [
        ("good", vec![MeterKind::Electric]),
        ("gas_only", vec![MeterKind::Gas]),
        ("elec_gas", vec![MeterKind::Gas, MeterKind::Electric]),
    ] {
        let found = of(username, 1).await;
        assert_eq!(found.iter().map(kinds).collect::<Vec<_>>(), [expected], "{username}");
    }
}

#[tokio::test]
async fn the_many_accounts_share_an_address_and_keep_their_zeros() {
    for utility in 0..200 {
        let found = of("multi_account", utility).await;
        assert_eq!(found.len(), 4);
        assert_eq!(found[0].address, found[1].address);
        let addresses: HashSet<_> = found.iter().map(|a| &a.address).collect();
        assert_eq!(addresses.len(), 3);
        let numbers: HashSet<_> = found.iter().map(|a| &a.account_number).collect();
        assert_eq!(numbers.len(), 4);
        let zeros: Vec<_> = found.iter().map(|a| a.account_number.starts_with("00")).collect();
        assert_eq!(zeros, [false, false, false, true]);
    }
}

#[tokio::test]
async fn invented_accounts_are_well_formed_and_obviously_invented() {
    let mut seen = HashSet::new();
    for utility in 0..200 {
        for username in ["good", "gas_only", "elec_gas", "multi_account"] {
            for account in of(username, utility).await {
                let number = &account.account_number;
                assert!(number.len() == 10 && number.bytes().all(|b| b.is_ascii_digit()), "{number}");
                let address = &account.address;
                assert_eq!(*address, address.to_uppercase());
                assert!(address.ends_with(" ZZ 00000") && !address.contains('\n'), "{address}");
                let own = ids(std::slice::from_ref(&account));
                assert!(own.iter().all(|id| id.as_bytes()[14] == b'8'), "{own:?}");
                assert!(own.into_iter().all(|id| seen.insert(id)), "an id occurs twice");
            }
        }
    }
}

#[tokio::test]
async fn the_same_login_has_the_same_accounts_and_another_has_others() {
    assert_eq!(of("multi_account", 3).await, of("multi_account", 3).await);
    assert_ne!(of("good", 3).await, of("good", 4).await);
    assert_ne!(of("good", 3).await[0].account_number, of("elec_gas", 3).await[0].account_number);
}

/// Links that exist hang on these: a change here gives every linked account a new id.
#[tokio::test]
async fn the_generator_does_not_change() {
    let found = of("elec_gas", 1).await;
    assert_eq!(
        ids(&found),
        [
            "45ce4798-8a93-839b-9e78-8356ec16aa43",
            "add58cb7-3f85-8d0b-a27b-5ed57d15d79c",
            "97f4ce1c-0558-8e92-9427-629b9fb75459",
        ]
    );
    assert_eq!(found[0].account_number, "2599632150");
    assert_eq!(found[0].address, "6190 MOCKUP RD SANDBOX CITY ZZ 00000");
}
