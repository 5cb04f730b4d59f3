use std::collections::HashSet;

use super::*;

fn two_versions() -> Keyring {
    let mut ring = Keyring::generate().unwrap();
    ring.add_version().unwrap();
    ring
}

fn place(kind: Kind, client: u128, row: u128) -> Context {
    Context::of(kind, Uuid::from_u128(client), Uuid::from_u128(row))
}

fn vault_of(ring: &Keyring, kind: Kind) -> Vault {
    ring.vault(kind.purpose()).unwrap()
}

#[test]
fn any_changed_bit_of_any_item_is_refused() {
    let ring = two_versions();
    for kind in Kind::ALL {
        let vault = vault_of(&ring, kind);
        let sealed = vault.seal(&place(kind, 1, 2), b"hunter2").unwrap();
        assert!(!sealed.windows(7).any(|part| part == b"hunter2"));
        assert_eq!(&*vault.open(&place(kind, 1, 2), &sealed).unwrap(), b"hunter2");
        for bit in 0..sealed.len() * 8 {
            let mut bad = sealed.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(vault.open(&place(kind, 1, 2), &bad).is_err(), "{kind:?}, bit {bit}");
            // A rotation must not launder it: what it seals anew stays as broken.
            if let Ok(Some(resealed)) = vault.rewrap(&place(kind, 1, 2), &bad) {
                assert!(vault.open(&place(kind, 1, 2), &resealed).is_err(), "{kind:?}, bit {bit}");
            }
        }
        for length in 0..sealed.len() {
            assert!(vault.open(&place(kind, 1, 2), &sealed[..length]).is_err(), "{length} bytes");
        }
    }
}

/// Every item in the place of every other: only its own place opens it.
#[test]
fn an_item_opens_in_its_own_place_alone() {
    let ring = two_versions();
    let ids = [1, 2, 3];
    let places: Vec<Context> = Kind::ALL
        .into_iter()
        .flat_map(|kind| {
            ids.into_iter().flat_map(move |client| ids.into_iter().map(move |row| place(kind, client, row)))
        })
        .collect();
    let sealed: Vec<_> =
        places.iter().map(|place| vault_of(&ring, place.kind).seal(place, b"hunter2").unwrap()).collect();
    for (at, place) in places.iter().enumerate() {
        let vault = vault_of(&ring, place.kind);
        for (from, item) in sealed.iter().enumerate() {
            assert_eq!(vault.open(place, item).is_ok(), at == from, "{:?} at {place:?}", places[from]);
        }
    }
}

/// The head of one item before the body of another, in the same place.
#[test]
fn data_keys_cannot_be_swapped_between_items() {
    let vault = two_versions().vault(Purpose::Credentials).unwrap();
    let place = place(Kind::Login, 1, 2);
    let (a, b) = (vault.seal(&place, b"old password").unwrap(), vault.seal(&place, b"new password").unwrap());
    let mixed = [&a[..HEAD], &b[HEAD..]].concat();
    assert_eq!(vault.open(&place, &mixed), Err(VaultError::Open));
}

#[test]
fn equal_items_look_different_and_no_nonce_repeats() {
    let vault = two_versions().vault(Purpose::Credentials).unwrap();
    let mut seen = HashSet::new();
    for _ in 0..500 {
        let sealed = vault.seal(&place(Kind::Login, 1, 2), b"hunter2").unwrap();
        assert!(seen.insert(sealed[5..17].to_vec()), "the nonce of a data key");
        assert!(seen.insert(sealed[HEAD..HEAD + 12].to_vec()), "the nonce of an item");
    }
}

#[test]
fn a_vault_opens_what_is_of_its_purpose_alone() {
    let ring = two_versions();
    let credentials = ring.vault(Purpose::Credentials).unwrap();
    let login = place(Kind::Login, 1, 2);
    let sealed = credentials.seal(&login, b"hunter2").unwrap();
    let documents = ring.vault(Purpose::Documents).unwrap();
    assert_eq!(documents.open(&login, &sealed), Err(VaultError::Purpose));
    assert_eq!(documents.seal(&login, b"x"), Err(VaultError::Purpose));
    // Were it told that the item is one of its own, the key would still be another.
    assert!(documents.open(&place(Kind::Document, 1, 2), &sealed).is_err());
    let keys = |purpose| ring.derive(purpose).unwrap().into_iter().map(|(_, key)| key.to_vec());
    let all: HashSet<Vec<u8>> =
        [Purpose::Credentials, Purpose::Documents, Purpose::Service].into_iter().flat_map(keys).collect();
    assert_eq!(all.len(), 6, "three purposes, two versions");
}

#[test]
fn a_new_version_seals_data_keys_anew_and_old_items_still_open() {
    let mut ring = Keyring::generate().unwrap();
    let login = place(Kind::Login, 1, 2);
    let old = ring.vault(Purpose::Credentials).unwrap().seal(&login, b"hunter2").unwrap();
    ring.add_version().unwrap();
    let vault = ring.vault(Purpose::Credentials).unwrap();
    assert_eq!(&*vault.open(&login, &old).unwrap(), b"hunter2");
    let new = vault.rewrap(&login, &old).unwrap().unwrap();
    assert_eq!((version_of(&old), version_of(&new)), (Some(1), Some(2)));
    assert_eq!(old[HEAD..], new[HEAD..], "the item itself is not touched");
    assert_eq!(vault.rewrap(&login, &new), Ok(None));
    assert_eq!(vault.rewrap(&place(Kind::Login, 1, 3), &old), Err(VaultError::Open), "not for another row");
    // With the old version gone, what was sealed under it is gone; what was sealed anew is not.
    assert!(ring.remove(1));
    let vault = ring.vault(Purpose::Credentials).unwrap();
    assert_eq!(vault.open(&login, &old), Err(VaultError::Version(1)));
    assert_eq!(&*vault.open(&login, &new).unwrap(), b"hunter2");
}

#[test]
fn a_running_vault_takes_up_new_keys() {
    let mut ring = Keyring::generate().unwrap();
    let vault = ring.vault(Purpose::Credentials).unwrap();
    ring.add_version().unwrap();
    vault.replace(&ring.derive(Purpose::Credentials).unwrap()).unwrap();
    assert_eq!(vault.current(), 2);
    assert!(vault.replace(&[]).is_err());
    assert_eq!(vault.current(), 2, "a keyring without keys changes nothing");
}

#[test]
fn a_keyring_is_read_as_it_was_written() {
    let ring = two_versions();
    let again = Keyring::parse(ring.text().expose().as_bytes()).unwrap();
    assert_eq!(again.checks().unwrap(), ring.checks().unwrap());
    // On one line, as in an environment variable.
    let text = ring.text();
    let line: Vec<&str> = text.expose().lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(Keyring::parse(line.join(" ").as_bytes()).unwrap().checks().unwrap(), ring.checks().unwrap());
    assert_eq!(format!("{ring:?}"), "Keyring([1, 2])");
}

#[test]
fn what_is_no_keyring_is_refused_without_showing_any_of_it() {
    let text = Keyring::generate().unwrap().text();
    let good = text.expose().lines().last().unwrap();
    let zeros = format!("1:{}=", "A".repeat(43));
    for (bad, error) in [
        ("", KeyringError::Empty),
        ("# nothing:\n", KeyringError::Empty),
        ("hunter2", KeyringError::Line(1)),
        ("1:hunter2", KeyringError::Line(1)),
        ("0:AAAA", KeyringError::Line(1)),
        (&format!("{good}\n{good}"), KeyringError::Twice(1)),
        (&format!("{good}\nx{good}"), KeyringError::Line(2)),
        (&format!("{good}A"), KeyringError::Line(1)),
        (&zeros, KeyringError::Weak(1)),
    ] {
        let refused = Keyring::parse(bad.as_bytes()).unwrap_err();
        assert_eq!(refused, error, "{bad}");
        assert!(!refused.to_string().contains("hunter2"));
    }
    let counted: [u8; 32] = std::array::from_fn(|at| at as u8);
    assert_eq!(Keyring::parse(&counted).unwrap_err(), KeyringError::Weak(1));
    assert_eq!(Keyring::parse(b"an easy sentence of 32 characters").unwrap_err(), KeyringError::Line(1));
    assert_eq!(Keyring::parse(b"an easy sentence of 32 character").unwrap_err(), KeyringError::Weak(1));
}
