//! Tries at utilities.

use async_trait::async_trait;
use uuid::Uuid;

use super::StoreResult;
use crate::tries::{Try, TryEnd};

/// Counts tries at utilities, over processes and restarts.
#[async_trait]
pub trait TryStore {
    /// Counts a try, if it is within the limits of [`crate::tries`]; `false`, and nothing counted, if not. Look and
    /// count are one statement: of any number that ask at once no more than the limit get leave.
    async fn begin_try(&self, attempt: Try) -> StoreResult<bool>;
    /// Notes what came of a try that was counted.
    async fn end_try(&self, id: Uuid, end: TryEnd) -> StoreResult<()>;
}
