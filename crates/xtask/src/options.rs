//! The build options: `[[workspace.metadata.leptos]]` of the root Cargo.toml, and nothing else.

use crate::Result;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

/// The two kinds of build that cargo-leptos knows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `cargo leptos build`
    Dev,
    /// `cargo leptos build --release`
    Release,
}

/// What the table and `cargo metadata` say.
pub(crate) struct Options {
    /// The workspace's folder.
    pub(crate) root: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
    /// The package that becomes the WASM.
    pub(crate) lib_package: String,
    /// Its entry file.
    pub(crate) lib_source: PathBuf,
    /// Its crate types, as cargo sees them.
    pub(crate) lib_crate_types: Vec<String>,
    /// Its name in file names and in `--crate-name`.
    pub(crate) lib_crate: String,
    /// `output-name`
    pub(crate) output_name: String,
    /// `site-root`, as written.
    pub(crate) site_root: String,
    /// `site-pkg-dir`, as written.
    pub(crate) pkg_dir: String,
    /// `style-file`
    pub(crate) style_file: Option<PathBuf>,
    /// `style-bundle`
    pub(crate) style_bundle: bool,
    /// `browserquery`
    pub(crate) browserquery: String,
    /// `assets-dir`
    pub(crate) assets_dir: Option<PathBuf>,
    /// `wasm-opt-features`, or what cargo-leptos takes without it.
    pub(crate) wasm_opt: Vec<String>,
    lib_features: Vec<String>,
    lib_default_features: bool,
    lib_cargo_args: Vec<String>,
    profile_dev: Option<String>,
    profile_release: Option<String>,
    env: Vec<(&'static str, String)>,
}

/// Keys that change the site in a way that this tool does not follow, with the value it does follow.
const UNSUPPORTED: [(&str, &str); 7] = [
    ("hash-files", "false"),
    // cargo-leptos minifies unless told otherwise, so its absence is an error, too.
    ("js-minify", "false"),
    ("tailwind-input-file", ""),
    ("tailwind-config-file", ""),
    ("front-target-dir", ""),
    ("always-erase-components", "false"),
    ("server-fn-mod-path", "false"),
];

impl Options {
    /// Asks cargo, in the current folder.
    pub(crate) fn load() -> Result<Self> {
        let output = Command::new("cargo")
            .args(["metadata", "--no-deps", "--format-version=1"])
            .output()
            .map_err(|e| format!("cannot run cargo: {e}"))?;
        if !output.status.success() {
            return Err(format!("cargo metadata failed:\n{}", String::from_utf8_lossy(&output.stderr)));
        }
        let metadata: Value =
            serde_json::from_slice(&output.stdout).map_err(|e| format!("cargo metadata is not JSON: {e}"))?;
        Self::from_metadata(&metadata)
    }

    fn from_metadata(metadata: &Value) -> Result<Self> {
        let table = match metadata["metadata"]["leptos"].as_array().map(Vec::as_slice) {
            Some([one]) => one,
            _ => {
                return Err("the root Cargo.toml must have exactly one [[workspace.metadata.leptos]]".into());
            }
        };
        for (key, followed) in UNSUPPORTED {
            let is = match &table[key] {
                Value::Null if key == "js-minify" => "true".to_owned(),
                Value::Null => followed.to_owned(),
                Value::String(s) => s.clone(),
                other => other.to_string(),
            };
            if is != followed {
                return Err(format!("[[workspace.metadata.leptos]] {key} = {is}: cargo xtask cannot follow that"));
            }
        }
        let text = |key: &str| table[key].as_str().map(str::to_owned);
        let flag = |key: &str| table[key].as_bool().unwrap_or(false);
        let need = |key: &str| text(key).ok_or(format!("[[workspace.metadata.leptos]] lacks {key}"));
        let list = |key: &str| -> Vec<String> {
            let items = table[key].as_array().map(Vec::as_slice).unwrap_or_default();
            items.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
        };
        let path_of = |value: &Value, what: &str| {
            value.as_str().map(PathBuf::from).ok_or(format!("cargo metadata lacks {what}"))
        };

        let root = path_of(&metadata["workspace_root"], "workspace_root")?;
        let lib_package = need("lib-package")?;
        let target = metadata["packages"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|package| package["name"] == lib_package.as_str())
            .flat_map(|package| package["targets"].as_array().into_iter().flatten())
            .find(|target| {
                target["crate_types"].as_array().is_some_and(|types| types.contains(&Value::from("cdylib")))
            })
            .ok_or(format!("package {lib_package} has no cdylib"))?;

        let site_root = text("site-root").unwrap_or_else(|| "target/site".into());
        let pkg_dir = text("site-pkg-dir").unwrap_or_else(|| "pkg".into());
        let output_name = need("output-name")?;
        let mut wasm_opt = list("wasm-opt-features");
        if table["wasm-opt-features"].is_null() {
            wasm_opt =
                ["-Oz", "--enable-bulk-memory", "--enable-nontrapping-float-to-int"].map(str::to_owned).to_vec();
        }
        // `Project::to_envs` of cargo-leptos: the crates that are built read some of these.
        let mut env = vec![
            ("LEPTOS_OUTPUT_NAME", output_name.clone()),
            ("LEPTOS_SITE_ROOT", site_root.clone()),
            ("LEPTOS_SITE_PKG_DIR", pkg_dir.clone()),
            ("LEPTOS_JS_MINIFY", "false".into()),
            ("LEPTOS_HASH_FILES", "false".into()),
        ];
        if let Some(prefix) = text("server-fn-prefix") {
            env.push(("SERVER_FN_PREFIX", prefix));
        }
        if flag("disable-server-fn-hash") {
            env.push(("DISABLE_SERVER_FN_HASH", "true".into()));
        }
        if !flag("disable-erase-components") {
            return Err("set disable-erase-components = true: else dev builds by cargo-leptos and \
                 by plain cargo throw each other's work away"
                .into());
        }

        let mut lib_features = list("lib-features");
        lib_features.extend(list("features"));
        Ok(Self {
            target: path_of(&metadata["target_directory"], "target_directory")?,
            lib_source: path_of(&target["src_path"], "src_path")?,
            lib_crate_types: target["crate_types"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|v| v.as_str().map(str::to_owned))
                .collect(),
            lib_crate: target["name"].as_str().unwrap_or(&lib_package).replace('-', "_"),
            style_file: text("style-file").map(|p| root.join(p)),
            style_bundle: flag("style-bundle"),
            browserquery: text("browserquery").unwrap_or_else(|| "defaults".into()),
            assets_dir: text("assets-dir").map(|p| root.join(p)),
            lib_default_features: flag("lib-default-features"),
            lib_cargo_args: list("lib-cargo-args"),
            profile_dev: text("lib-profile-dev"),
            profile_release: text("lib-profile-release"),
            root,
            lib_package,
            output_name,
            site_root,
            pkg_dir,
            wasm_opt,
            lib_features,
            env,
        })
    }

    /// The site root as a path.
    pub(crate) fn site_dir(&self) -> PathBuf {
        self.root.join(&self.site_root)
    }

    /// Where this tool keeps what it need not do twice.
    pub(crate) fn cache_dir(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// `cargo build` of the front crate, argument by argument as cargo-leptos runs it
    /// (`build_cargo_front_cmd`), so that both use the same artifacts.
    pub(crate) fn front_cargo(&self, mode: Mode) -> Command {
        let mut command = Command::new("cargo");
        command
            .current_dir(&self.root)
            .arg("build")
            .arg(format!("--package={}", self.lib_package))
            .arg("--lib")
            .arg(format!("--target-dir={}", self.target.join("front").display()))
            .arg("--target=wasm32-unknown-unknown");
        if !self.lib_default_features {
            command.arg("--no-default-features");
        }
        if !self.lib_features.is_empty() {
            command.arg(format!("--features={}", self.lib_features.join(",")));
        }
        command.args(&self.lib_cargo_args);
        match (mode, self.profile(mode)) {
            (_, Some(name)) => {
                command.arg(format!("--profile={name}"));
            }
            (Mode::Release, None) => {
                command.arg("--release");
            }
            (Mode::Dev, None) => {}
        }
        command.envs(self.env.iter().map(|(key, value)| (key, value)));
        command
    }

    /// The file that `front_cargo` writes.
    pub(crate) fn front_wasm(&self, mode: Mode) -> PathBuf {
        let profile = match (mode, self.profile(mode)) {
            (_, Some("dev" | "test")) | (Mode::Dev, None) => "debug",
            (_, Some("bench")) | (Mode::Release, None) => "release",
            (_, Some(name)) => name,
        };
        self.target.join("front/wasm32-unknown-unknown").join(profile).join(format!("{}.wasm", self.lib_crate))
    }

    fn profile(&self, mode: Mode) -> Option<&str> {
        match mode {
            Mode::Dev => self.profile_dev.as_deref(),
            Mode::Release => self.profile_release.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metadata(extra: Value) -> Value {
        let mut table = json!({
            "lib-package": "shop-front", "output-name": "shop", "js-minify": false,
            "disable-erase-components": true, "lib-profile-release": "small",
        });
        if let (Some(table), Some(extra)) = (table.as_object_mut(), extra.as_object()) {
            table.extend(extra.clone());
        }
        json!({
            "workspace_root": "/shop", "target_directory": "/shop/target",
            "metadata": { "leptos": [table] },
            "packages": [{ "name": "shop-front", "targets": [
                { "name": "shop_front", "crate_types": ["cdylib"], "src_path": "/shop/front/src/lib.rs" },
            ]}],
        })
    }

    #[test]
    fn front_command_is_the_one_of_cargo_leptos() {
        let options = Options::from_metadata(&metadata(json!({}))).expect("valid");
        let command = options.front_cargo(Mode::Release);
        let args: Vec<_> = command.get_args().filter_map(|a| a.to_str()).collect();
        assert_eq!(
            args,
            [
                "build",
                "--package=shop-front",
                "--lib",
                "--target-dir=/shop/target/front",
                "--target=wasm32-unknown-unknown",
                "--no-default-features",
                "--profile=small",
            ]
        );
        assert_eq!(
            options.front_wasm(Mode::Release),
            PathBuf::from("/shop/target/front/wasm32-unknown-unknown/small/shop_front.wasm")
        );
        assert_eq!(
            options.front_wasm(Mode::Dev),
            PathBuf::from("/shop/target/front/wasm32-unknown-unknown/debug/shop_front.wasm")
        );
    }

    #[test]
    fn an_option_that_would_be_ignored_is_an_error() {
        for extra in [
            json!({"hash-files": true}),
            json!({"js-minify": true}),
            json!({"js-minify": null}),
            json!({"tailwind-input-file": "a.css"}),
            json!({"disable-erase-components": false}),
        ] {
            assert!(Options::from_metadata(&metadata(extra.clone())).is_err(), "{extra}");
        }
    }
}
