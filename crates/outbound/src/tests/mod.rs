//! The client against a network that is watched: which names it asks for, what addresses it gets, how
//! often it sets out to connect, and what arrives.

mod named;
mod net;
mod spellings;
mod table;
