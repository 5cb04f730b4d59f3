//! The languages, one file each; all of them with the same constants.

pub(super) mod ar;
pub(super) mod en;
pub(super) mod es;
pub(super) mod fr_ca;
pub(super) mod vi;
pub(super) mod zh_hans;
