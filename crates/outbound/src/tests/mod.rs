//! The client against a network that is watched: which names it asks for, what addresses it gets, how
//! often it sets out to connect, and what arrives.

mod named;
mod net;
mod spellings;
mod table;

/// What is recorded today is not to be read by a computer of later.
#[test]
fn the_key_exchange_that_quantum_computers_cannot_break_is_offered_first() {
    let groups = rustls::crypto::aws_lc_rs::default_provider().kx_groups;
    assert_eq!(groups.first().map(|group| group.name()), Some(rustls::NamedGroup::X25519MLKEM768));
}
