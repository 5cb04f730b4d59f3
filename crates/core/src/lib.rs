//! Domain rules of Connect, without HTTP and without SQL.
//!
//! - [`flow`]: the state machine a customer goes through;
//! - [`connector`]: what a way into a utility must offer;
//! - [`directory`]: the utilities;
//! - [`emissions`]: emission rates of electricity;
//! - [`token`], [`keys`], [`secret`]: what is secret, and how it is kept;
//! - [`pkce`]: the exchange of a code by who asked for its connect token;
//! - [`origin`]: whose pages may embed Connect;
//! - [`redirect`]: where a run that has the whole window returns to;
//! - [`grant`]: what a customer shares;
//! - [`usage`]: readings and bills, exact;
//! - [`sync`]: reading data without the customer;
//! - [`health`]: how utilities' sites do;
//! - [`tries`]: how often passwords are tried at utilities;
//! - [`store`]: what is kept, and the contract of every store;
//! - [`audit`]: what is recorded of who did what, and how a change of the record shows;
//! - [`clock`]: time, injected.
//!
//! The browser never links this crate: it is an optional dependency of the app's `ssr` feature.

pub mod audit;
pub mod clock;
pub mod connector;
pub mod directory;
pub mod emissions;
pub mod flow;
pub mod grant;
pub mod health;
pub mod keys;
pub mod language;
pub mod origin;
pub mod pkce;
pub mod redirect;
pub mod secret;
pub mod store;
pub mod sync;
pub mod theme;
pub mod token;
pub mod tries;
pub mod usage;
pub mod vault;
