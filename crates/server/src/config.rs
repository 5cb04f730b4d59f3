//! Run-time configuration: `Leptos.toml`, overlaid by the environment.
//!
//! `leptos_config` reads the `[package.metadata.leptos]` table of the same file for itself; it
//! ignores what it does not know, so this module reads the whole file and refuses unknown keys.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::limits::TrustedProxies;
use crate::service::Settings;

/// Options of `[connect]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConnectOptions {
    /// Where the database, the master key and the sandbox client's secret are kept. Made on
    /// first start. Relative to the working directory. Environment: `CONNECT_DATA_DIR`.
    pub data_dir: PathBuf,
    /// Life of a connect token, in seconds. Environment: `CONNECT_CONNECT_TOKEN_SECONDS`.
    pub connect_token_seconds: u32,
    /// Life of an authorization code, in seconds, at most 600 (RFC 6749, 4.1.2).
    /// Environment: `CONNECT_AUTHORIZATION_CODE_SECONDS`.
    pub authorization_code_seconds: u32,
    /// Whether `/` serves the quickstart page, which acts for the sandbox client.
    /// Environment: `CONNECT_QUICKSTART`.
    pub quickstart: bool,
    /// Where browsers reach this server, without a path: utilities send customers back to it.
    /// Environment: `CONNECT_PUBLIC_URL`.
    pub public_url: String,
    /// Where the portal of Sunrise Power & Gas is (`connect sandbox-utility`); empty lets the sandbox
    /// play that utility like any other. Environment: `CONNECT_SANDBOX_UTILITY`.
    pub sandbox_utility: String,
    /// Proxies whose `X-Forwarded-For` is believed: addresses and networks, separated by commas; empty for
    /// none. Environment: `CONNECT_TRUSTED_PROXY`.
    pub trusted_proxy: String,
    /// Whether callers are limited. Environment: `CONNECT_RATE_LIMITS`.
    pub rate_limits: Switch,
}

/// `true` or `"on"`, `false` or `"off"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "toml::Value")]
pub struct Switch(pub bool);

impl TryFrom<toml::Value> for Switch {
    type Error = &'static str;

    fn try_from(value: toml::Value) -> Result<Self, Self::Error> {
        match value {
            toml::Value::Boolean(on) => Ok(Self(on)),
            toml::Value::String(word) => word.parse(),
            _ => Err("must be \"on\" or \"off\""),
        }
    }
}

impl std::str::FromStr for Switch {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "on" | "true" => Ok(Self(true)),
            "off" | "false" => Ok(Self(false)),
            _ => Err("must be \"on\" or \"off\""),
        }
    }
}

/// The options that `leptos_config` reads; named here so that a typing error is found.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct LeptosTable {
    #[serde(rename = "output-name")]
    _output_name: String,
    #[serde(rename = "site-root")]
    _site_root: String,
    #[serde(rename = "site-pkg-dir")]
    _site_pkg_dir: String,
    #[serde(rename = "site-addr")]
    _site_addr: std::net::SocketAddr,
    #[serde(rename = "reload-port")]
    _reload_port: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "package")]
    _package: Package,
    connect: ConnectOptions,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Package {
    #[serde(rename = "metadata")]
    _metadata: Metadata,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    #[serde(rename = "leptos")]
    _leptos: LeptosTable,
}

/// The configuration cannot be used. The message is one sentence for the person who starts us.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConnectOptions {
    /// Reads the file at `path` and overlays `env`.
    pub fn read(path: &Path, env: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|e| ConfigError(format!("The configuration {} could not be read: {e}.", path.display())))?;
        Self::parse(&text, env)
            .map_err(|ConfigError(e)| ConfigError(format!("{} is not right: {e}", path.display())))
    }

    /// Reads the text of the file and overlays `env`.
    #[doc(hidden)]
    pub fn parse(text: &str, env: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let file: File = toml::from_str(text).map_err(|e| ConfigError(one_line(&e, text)))?;
        let mut options = file.connect;
        if let Some(dir) = env("CONNECT_DATA_DIR") {
            options.data_dir = dir.into();
        }
        overlay(&env, "CONNECT_CONNECT_TOKEN_SECONDS", &mut options.connect_token_seconds)?;
        overlay(&env, "CONNECT_AUTHORIZATION_CODE_SECONDS", &mut options.authorization_code_seconds)?;
        overlay(&env, "CONNECT_QUICKSTART", &mut options.quickstart)?;
        overlay(&env, "CONNECT_PUBLIC_URL", &mut options.public_url)?;
        overlay(&env, "CONNECT_SANDBOX_UTILITY", &mut options.sandbox_utility)?;
        overlay(&env, "CONNECT_TRUSTED_PROXY", &mut options.trusted_proxy)?;
        overlay(&env, "CONNECT_RATE_LIMITS", &mut options.rate_limits)?;
        options.check()?;
        Ok(options)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let within = |name: &str, value: u32, least: u32, most: u32| {
            if (least..=most).contains(&value) {
                Ok(())
            } else {
                Err(ConfigError(format!("{name} is {value}, but must be from {least} to {most}.")))
            }
        };
        within("connect-token-seconds", self.connect_token_seconds, 60, 86_400)?;
        within("authorization-code-seconds", self.authorization_code_seconds, 1, 600)?;
        let host = self.public_url.strip_prefix("https://").or_else(|| self.public_url.strip_prefix("http://"));
        if host.is_none_or(|host| host.is_empty() || host.trim_end_matches('/').contains(['/', '?', '#', ' '])) {
            return Err(ConfigError("public-url must be as https://connect.example.com, without a path.".into()));
        }
        if let Err(error) = self.trusted_proxy.parse::<TrustedProxies>() {
            return Err(ConfigError(format!("{error}.")));
        }
        if self.data_dir.as_os_str().is_empty() {
            return Err(ConfigError("data-dir is empty.".into()));
        }
        Ok(())
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.data_dir.join("connect.db")
    }

    /// Whose `X-Forwarded-For` is believed. What is no network was refused when it was read.
    pub fn proxies(&self) -> TrustedProxies {
        self.trusted_proxy.parse().unwrap_or_default()
    }

    /// What the service needs of it.
    pub fn settings(&self) -> Settings {
        Settings {
            connect_token_seconds: self.connect_token_seconds,
            authorization_code_seconds: self.authorization_code_seconds,
            rate_limits: self.rate_limits.0,
        }
    }
}

fn overlay<T: std::str::FromStr>(
    env: impl Fn(&str) -> Option<String>,
    name: &str,
    slot: &mut T,
) -> Result<(), ConfigError> {
    if let Some(text) = env(name) {
        *slot = text
            .parse()
            .map_err(|_| ConfigError(format!("the environment's {name}={text} is not a valid value.")))?;
    }
    Ok(())
}

/// The parser's message with the line it is about, on one line.
fn one_line(error: &toml::de::Error, text: &str) -> String {
    let message = error.message().replace('\n', " ");
    match error.span() {
        Some(span) => {
            let line = text.bytes().take(span.start).filter(|b| *b == b'\n').count() + 1;
            format!("line {line}: {message}.")
        }
        None => format!("{message}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[package.metadata.leptos]
output-name = "connect"
site-root = "target/site"
site-pkg-dir = "pkg"
site-addr = "127.0.0.1:8080"
reload-port = 3001

[connect]
data-dir = "data"
connect-token-seconds = 1800
authorization-code-seconds = 60
quickstart = true
public-url = "https://connect.example.com"
sandbox-utility = ""
trusted-proxy = ""
rate-limits = "on"
"#;

    fn read(text: &str) -> Result<ConnectOptions, String> {
        ConnectOptions::parse(text, |_| None).map_err(|e| e.to_string())
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let env = |name: &str| (name == "CONNECT_AUTHORIZATION_CODE_SECONDS").then(|| "30".to_owned());
        assert_eq!(ConnectOptions::parse(GOOD, env).unwrap().authorization_code_seconds, 30);
        assert_eq!(read(GOOD).unwrap().authorization_code_seconds, 60);
    }

    #[test]
    fn unknown_keys_and_values_out_of_range_are_named() {
        let typo = GOOD.replace("data-dir", "data-dri");
        assert!(read(&typo).unwrap_err().contains("line 10: unknown field `data-dri`"), "{:?}", read(&typo));
        let typo = GOOD.replace("site-root", "site-rot");
        assert!(read(&typo).unwrap_err().contains("site-rot"));
        let foreign = format!("{GOOD}\n[conect]\n");
        assert!(read(&foreign).unwrap_err().contains("conect"));
        let long = GOOD.replace("= 60\n", "= 6000\n");
        assert_eq!(read(&long).unwrap_err(), "authorization-code-seconds is 6000, but must be from 1 to 600.");
        for bad in ["connect.example.com", "https://", "https://connect.example.com/path", "ftp://x"] {
            let error = read(&GOOD.replace("https://connect.example.com", bad)).unwrap_err();
            assert!(error.starts_with("public-url must be"), "{bad}: {error}");
        }
        let proxy = read(&GOOD.replace("trusted-proxy = \"\"", "trusted-proxy = \"localhost\"")).unwrap_err();
        assert!(proxy.starts_with("trusted-proxy must be"), "{proxy}");
        assert!(read(&GOOD.replace("\"on\"", "\"maybe\"")).unwrap_err().contains("\"on\" or \"off\""));
        assert!(!read(&GOOD.replace("\"on\"", "false")).unwrap().settings().rate_limits);
        let env = |name: &str| (name == "CONNECT_QUICKSTART").then(|| "maybe".to_owned());
        assert!(ConnectOptions::parse(GOOD, env).unwrap_err().to_string().contains("CONNECT_QUICKSTART=maybe"));
    }
}
