//! Which utilities can be linked in which way: what both sides must know alike.

use std::collections::BTreeMap;
use std::sync::Arc;

use connect_core::connector::Connector;
use connect_core::directory::Utility;
use connect_core::flow::available;
use connect_core::token::Environment;
use serde::{Deserialize, Serialize};

/// Stands for the state in an address, until there is one. Letters and digits only, as the states
/// themselves: no encoding changes either.
const STATE: &str = "CONNECTSTATE7b1f";

/// The connectors by name, each with the address of its consent if it has one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ways(BTreeMap<String, Option<String>>);

impl Ways {
    /// The ways that these connectors offer.
    pub fn of(connectors: &[Arc<dyn Connector>]) -> Self {
        Self(connectors.iter().map(|c| (c.name().to_owned(), c.consent_url(STATE))).collect())
    }

    /// Name of the connector that signs in at this utility: the one of its slug's name, or the sandbox
    /// plays it.
    pub fn login<'a>(&'a self, utility: &'a Utility, environment: Environment) -> Option<&'a str> {
        if !available(utility, environment) {
            return None;
        }
        [utility.slug.as_str(), "sandbox"].into_iter().find(|name| self.0.contains_key(*name))
    }

    /// Whether the sandbox plays this utility: what happens there says nothing of the real one.
    pub fn is_played(&self, utility: &Utility, environment: Environment) -> bool {
        self.login(utility, environment) == Some("sandbox")
    }

    /// Name of the connector to the utility's consent: the one of its slug's name with `-my-data` after it.
    pub fn consent(&self, utility: &Utility, environment: Environment) -> Option<String> {
        let name = format!("{}-my-data", utility.slug);
        (available(utility, environment) && self.0.contains_key(&name)).then_some(name)
    }

    /// Where the customer consents, with `state` to come back with.
    pub fn consent_url(&self, utility: &Utility, environment: Environment, state: &str) -> Option<String> {
        let url = self.0.get(&self.consent(utility, environment)?)?.as_ref()?;
        Some(url.replace(STATE, state))
    }
}
