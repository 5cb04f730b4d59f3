//! Moves that need nothing but the wish: on, back, to another utility, another code, another way.

use connect_wire::{FlowView, Hidden};
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use serde::{Deserialize, Serialize};

use super::CallError;

/// Where to. What is new comes last: a page that was opened before an update sends the old numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// On from Welcome.
    On,
    /// One screen back.
    Back,
    /// To the choice of a utility.
    ChangeUtility,
    /// Stay, and have the code sent again.
    Resend,
    /// From the utility's own site to signing in here.
    SignInHere,
    /// To the screen that takes a file.
    UseFile,
    /// On, with the file that was read.
    LinkFile,
    /// Stay, for longer: the token's time is nearly over.
    MoreTime,
    /// Stay, and look whether the login was approved on the other device.
    Approved,
    /// On, on another device.
    HandOver,
    /// On here, after all.
    Here,
    /// From Welcome to what is shared.
    Sharing,
    /// From a utility that does not answer to being told when it does.
    Tell,
}

/// Makes a move. One function for all that take nothing else.
#[server(endpoint = "go", input = Postcard, output = Postcard)]
pub async fn go(token: Hidden, step: u32, way: Way) -> Result<FlowView, CallError> {
    use connect_core::flow::Action;

    use super::server::{answer, secret, service};
    let (service, token) = (service()?, secret(token));
    answer(match way {
        Way::On => service.act(&token, step, Action::Continue).await,
        Way::Back => service.act(&token, step, Action::Back).await,
        Way::Sharing => service.act(&token, step, Action::OpenSharing).await,
        Way::Tell => service.ask_to_be_told(&token, step).await,
        Way::ChangeUtility => service.act(&token, step, Action::ChangeUtility).await,
        Way::Resend => service.resend(&token, step).await,
        Way::Approved => service.approved(&token, step).await,
        Way::HandOver => service.hand_over(&token, step).await,
        Way::Here => service.keep_here(&token, step).await,
        Way::SignInHere => service.act(&token, step, Action::SignInHere).await,
        Way::UseFile => service.use_file(&token, step).await,
        Way::LinkFile => service.link_file(&token, step).await,
        Way::MoreTime => service.keep_open(&token).await,
    })
}
