//! `GET` and `DELETE /users/{user_id}`.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use connect_core::audit::{Event, Kind, Subject};
use connect_core::store::User;
use serde::Serialize;

use super::auth::Reader;
use super::reply::Reply;
use super::{ApiError, ApiState};
use crate::origin;

/// Answer of `GET /users/{user_id}`.
#[derive(Serialize)]
pub(super) struct UserBody {
    /// The company's own id.
    id: String,
    utility: UtilityBody,
    /// User name at the utility.
    utility_username: String,
    /// False when the customer must go through Connect again.
    credentials_valid: bool,
}

#[derive(Serialize)]
struct UtilityBody {
    id: u32,
    full_name: String,
}

/// Answer of `DELETE /users/{user_id}`.
#[derive(Serialize)]
pub(super) struct Deleted {
    id: String,
    deleted: bool,
}

pub(super) async fn read(
    State(state): State<ApiState>,
    reader: Reader,
    path: Result<Path<String>, PathRejection>,
) -> Result<Reply<UserBody>, ApiError> {
    let (id, user) = own_user(&state, &reader, path).await?;
    let full_name =
        state.service.directory().by_id(user.utility).map_or_else(String::new, |u| u.full_name.clone());
    Ok(Reply::new(
        reader.client.environment,
        UserBody {
            id,
            utility: UtilityBody { id: user.utility, full_name },
            utility_username: user.username,
            credentials_valid: user.credentials_valid,
        },
    ))
}

pub(super) async fn delete(
    State(state): State<ApiState>,
    reader: Reader,
    path: Result<Path<String>, PathRejection>,
) -> Result<Reply<Deleted>, ApiError> {
    let (id, user) = own_user(&state, &reader, path).await?;
    let event = Event::of(Kind::UserDeleted).client(reader.client.id).on(Subject::User(user.id));
    let (service, principal) = (state.service.clone(), reader.principal);
    // A task of its own: who hangs up in between leaves no record without its deletion.
    let deletion = tokio::spawn(origin::carry(async move {
        // Before it is done: no deletion is without its record.
        service.audit().note(event).await?;
        match service.delete_user(principal).await {
            Ok(deleted) => Ok(deleted),
            Err(fault) => {
                service.audit().note(event.failed()).await?;
                Err(fault)
            }
        }
    }));
    let deleted = deletion.await.map_err(|_| ApiError::internal())??;
    Ok(Reply::new(reader.client.environment, Deleted { id, deleted }))
}

/// The user of the token, if the path names it by the company's own id.
async fn own_user(
    state: &ApiState,
    reader: &Reader,
    path: Result<Path<String>, PathRejection>,
) -> Result<(String, User), ApiError> {
    let Path(id) = path.map_err(|_| ApiError::invalid("The user_id in the path is not valid UTF-8."))?;
    let user = state.service.user(reader.principal).await?.ok_or_else(ApiError::token)?;
    if user.user_ref.as_deref() == Some(id.as_str()) { Ok((id, user)) } else { Err(ApiError::denied()) }
}
