//! The kinds of events.

use super::{Actor, Outcome};

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $name:literal $actor:ident $outcome:ident;)*) => {
        /// What happened. Names are stable: others search the log for them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind {
            $($(#[$doc])* $variant,)*
        }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// As recorded.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Who usually does it, and what usually comes of it.
            pub(super) fn usual(self) -> (Actor, Outcome) {
                match self { $(Self::$variant => (actor::$actor, Outcome::$outcome),)* }
            }
        }
    };
}

/// Actors by the word that stands in the table.
#[allow(non_upper_case_globals, reason = "named as the variants")]
mod actor {
    use super::Actor;

    pub(super) const Client: Actor = Actor::Client;
    pub(super) const Customer: Actor = Actor::Customer;
    pub(super) const Operator: Actor = Actor::Operator(None);
    pub(super) const Service: Actor = Actor::Service;
}

kinds! {
    /// A client has shown its secret.
    ClientAccepted "client_accepted" Client Ok;
    /// Somebody has not.
    ClientRefused "client_refused" Client Refused;
    /// An access token was good.
    TokenAccepted "token_accepted" Client Ok;
    /// An access token was not.
    TokenRefused "token_refused" Client Refused;
    /// A token stood where tokens are not taken, as in an address.
    TokenMisplaced "token_misplaced" Client Refused;
    /// An access token was made to work no longer.
    TokenRevoked "token_revoked" Client Ok;
    /// An access token was replaced by another.
    TokenRotated "token_rotated" Client Ok;
    /// A connect token was made.
    ConnectTokenIssued "connect_token_issued" Client Ok;
    /// A connect token was not good.
    ConnectTokenRefused "connect_token_refused" Customer Refused;
    /// An authorization code was handed over.
    CodeIssued "code_issued" Customer Ok;
    /// An authorization code was exchanged for an access token.
    CodeExchanged "code_exchanged" Client Ok;
    /// An authorization code was not good.
    CodeRefused "code_refused" Client Refused;
    /// A used authorization code came again, from its client.
    CodeReplayed "code_replayed" Client Refused;
    /// A login was sent to a utility.
    LoginSent "login_sent" Customer Ok;
    /// The utility has accepted a login.
    LoginAccepted "login_accepted" Customer Ok;
    /// The utility has refused a login.
    LoginRefused "login_refused" Customer Refused;
    /// A customer went to the utility's own site.
    ConsentBegun "consent_begun" Customer Ok;
    /// A consent was redeemed at the utility.
    ConsentRedeemed "consent_redeemed" Customer Ok;
    /// A way back from the utility's site was not good.
    ConsentRefused "consent_refused" Customer Refused;
    /// A consent was given back to the utility.
    ConsentGivenBack "consent_given_back" Client Ok;
    /// A customer has linked a file.
    FileLinked "file_linked" Customer Ok;
    /// A sealed login or session was opened.
    CredentialOpened "credential_opened" Service Ok;
    /// A sealed login or session was deleted.
    CredentialDeleted "credential_deleted" Service Ok;
    /// A user was deleted with everything that hangs on it.
    UserDeleted "user_deleted" Client Ok;
    /// A customer has stopped sharing, by the receipt.
    SharingStopped "sharing_stopped" Customer Ok;
    /// What a customer shared has ended by its time.
    SharingEnded "sharing_ended" Service Ok;
    /// Somebody asked too often.
    RateLimited "rate_limited" Client Refused;
    /// The service has started: it has read its keys.
    ServiceStarted "service_started" Service Ok;
    /// The service was told to stop, and has.
    ServiceStopped "service_stopped" Service Ok;
    /// A client was registered.
    AdminClientAdded "admin_client_added" Operator Ok;
    /// A client was changed or switched off.
    AdminClientChanged "admin_client_changed" Operator Ok;
    /// A client's secret was added, replaced or removed.
    AdminSecretChanged "admin_secret_changed" Operator Ok;
    /// The service's keys were replaced.
    AdminKeyRotated "admin_key_rotated" Operator Ok;
    /// A utility was switched off.
    AdminUtilityOff "admin_utility_off" Operator Ok;
    /// A utility was switched on.
    AdminUtilityOn "admin_utility_on" Operator Ok;
}
