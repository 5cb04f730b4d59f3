//! What the connector must remember of a consent, as bytes that the service seals and stores.

use connect_core::connector::{ConnectorError, UtilitySession};
use connect_core::secret::Secret;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Version of the bytes below. To be raised whenever their shape or meaning changes.
const VERSION: u32 = 1;

/// A consent of a customer, and the tokens that came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Consent {
    /// Opens the resources.
    #[serde(serialize_with = "expose", deserialize_with = "hide")]
    pub(crate) access: Secret,
    /// Gives a new access token. Without one a consent ends with its first token.
    #[serde(serialize_with = "expose_some", deserialize_with = "hide_some")]
    pub(crate) refresh: Option<Secret>,
    /// When the access token ends, in seconds since 1970; `None` where the custodian does not say.
    pub(crate) expires: Option<i64>,
    /// What was granted, which may be less than what was asked for.
    pub(crate) scope: Option<String>,
    /// Where readings and bills are (`resourceURI`).
    pub(crate) resource: String,
    /// Where the consent itself is (`authorizationURI`).
    pub(crate) authorization: Option<String>,
    /// Where accounts and addresses are (`customerResourceURI`).
    pub(crate) customer: Option<String>,
}

impl Consent {
    pub(crate) fn seal(&self, name: &str) -> Result<UtilitySession, ConnectorError> {
        // The type always has a JSON form; should that ever be untrue, it is ours to mend.
        let data = serde_json::to_vec(self).map_err(|_| ConnectorError::SiteChanged("state of a consent"))?;
        Ok(UtilitySession { connector: name.to_owned(), version: VERSION, data })
    }

    pub(crate) fn open(name: &str, session: &UtilitySession) -> Result<Self, ConnectorError> {
        if session.connector != name || session.version != VERSION {
            return Err(ConnectorError::StaleState);
        }
        serde_json::from_slice(&session.data).map_err(|_| ConnectorError::StaleState)
    }
}

/// For fields that are stored, which is done sealed only.
fn expose<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret.expose())
}

/// The way back of [`expose`].
pub(crate) fn hide<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
    String::deserialize(from).map(Secret::new)
}

fn expose_some<S: Serializer>(secret: &Option<Secret>, to: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(Secret::expose).serialize(to)
}

/// The way back of [`expose_some`].
pub(crate) fn hide_some<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(Secret::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn consent() -> Consent {
        Consent {
            access: Secret::new("access-secret"),
            refresh: Some(Secret::new("refresh-secret")),
            expires: Some(100),
            scope: Some("FB=1".to_owned()),
            resource: "https://a.test/Batch/Subscription/7".to_owned(),
            authorization: None,
            customer: None,
        }
    }

    #[test]
    fn tokens_are_stored_and_never_shown() {
        let sealed = consent().seal("one").unwrap();
        let back = Consent::open("one", &sealed).unwrap();
        assert_eq!(back.access.expose(), "access-secret");
        assert_eq!(back.refresh.as_ref().unwrap().expose(), "refresh-secret");
        assert_eq!((back.expires, back.resource), (Some(100), consent().resource));
        assert!(!format!("{:?}", consent()).contains("-secret"));
    }

    #[test]
    fn state_of_another_connector_or_version_is_stale() {
        let open = |change: fn(&mut UtilitySession)| {
            let mut sealed = consent().seal("one").unwrap();
            change(&mut sealed);
            Consent::open("one", &sealed).map(|_| ())
        };
        assert_eq!(open(|_| {}), Ok(()));
        assert_eq!(open(|s| s.connector = "two".to_owned()), Err(ConnectorError::StaleState));
        assert_eq!(open(|s| s.version += 1), Err(ConnectorError::StaleState));
        assert_eq!(open(|s| s.data.truncate(9)), Err(ConnectorError::StaleState));
    }
}
