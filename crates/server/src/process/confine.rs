//! What a process takes from itself, so that a fault in it can be used for less.

use std::path::{Path, PathBuf};

/// How far the system went along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confined {
    /// Files and TCP connections are shut off.
    Fully,
    /// A kernel from 5.13 to 6.6: files are shut off, connections are not.
    Files,
    /// Not Linux, or a kernel without Landlock: the boundary is the process alone.
    Not,
}

/// No core dumps and no looking into this process by others of the same user: what is in its memory are
/// passwords and keys.
pub fn keep_to_oneself() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
        let dumpable = set_dumpable_behavior(DumpableBehavior::NotDumpable);
        let core = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
        if dumpable.is_err() || core.is_err() {
            tracing::warn!("core dumps could not be switched off");
        }
    }
}

/// Shuts the whole process off from all files but those beneath `read` and the files `write` as they are now,
/// and from making connections. Must be called before the process has a second thread, and cannot be
/// taken back.
///
/// By Landlock (Linux 5.13; TCP connections 6.7). It also keeps the process from looking into others. It knows neither
/// UDP nor sockets with a name in the file system.
#[cfg(target_os = "linux")]
pub fn confine(read: &[&Path], write: &[PathBuf]) -> Result<Confined, String> {
    use landlock::{
        ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, PathBeneath, PathFd, Ruleset,
        RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
    };

    let abi = ABI::V6;
    let failed = |error: landlock::RulesetError| format!("{error}");
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(abi))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(abi)))
        .and_then(|rules| rules.scope(Scope::from_all(abi)))
        .and_then(Ruleset::create)
        .map_err(failed)?;
    for path in read {
        let fd = PathFd::new(path).map_err(|error| format!("{error}"))?;
        rules = rules.add_rule(PathBeneath::new(fd, AccessFs::from_read(abi))).map_err(failed)?;
    }
    for path in write {
        let fd = PathFd::new(path).map_err(|error| format!("{error}"))?;
        rules = rules.add_rule(PathBeneath::new(fd, AccessFs::from_file(abi))).map_err(failed)?;
    }
    let status = rules.restrict_self().map_err(failed)?;
    Ok(match (status.ruleset, status.landlock) {
        (RulesetStatus::NotEnforced, _) => Confined::Not,
        // Connections came with the fourth version (6.7). What came later, signals and abstract sockets, adds to it.
        (_, LandlockStatus::Available { effective_abi, .. }) if effective_abi >= ABI::V4 => Confined::Fully,
        _ => Confined::Files,
    })
}

/// Landlock is Linux's.
#[cfg(not(target_os = "linux"))]
pub fn confine(_read: &[&Path], _write: &[PathBuf]) -> Result<Confined, String> {
    Ok(Confined::Not)
}
