//! File helpers whose errors name the file.

use crate::Result;
use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// Files by their path below some folder, always with `/`.
pub(crate) type Tree = BTreeMap<String, Vec<u8>>;

pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()))
}

pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|e| format!("cannot create {}: {e}", folder.display()))?;
    }
    fs::write(path, bytes).map_err(|e| format!("cannot write {}: {e}", path.display()))
}

/// All files below `root`; none if there is no such folder.
pub(crate) fn read_tree(root: &Path) -> Result<Tree> {
    let mut tree = Tree::new();
    if root.exists() {
        for path in walk(root)? {
            let bytes = read(&path)?;
            tree.insert(relative(root, &path)?, bytes);
        }
    }
    Ok(tree)
}

/// What `mirror` had to do.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Mirrored {
    pub(crate) written: usize,
    pub(crate) removed: usize,
}

/// Makes `root` hold exactly `tree`. Files that are right already keep their time stamps.
pub(crate) fn mirror(tree: &Tree, root: &Path) -> Result<Mirrored> {
    let mut done = Mirrored::default();
    if root.exists() {
        for path in walk(root)? {
            if !tree.contains_key(&relative(root, &path)?) {
                fs::remove_file(&path).map_err(|e| format!("cannot remove {}: {e}", path.display()))?;
                done.removed += 1;
            }
        }
    }
    for (name, bytes) in tree {
        let path = root.join(name);
        if fs::read(&path).ok().as_ref() != Some(bytes) {
            write(&path, bytes)?;
            done.written += 1;
        }
    }
    Ok(done)
}

/// A fingerprint to see whether something changed; not for security.
pub(crate) fn fingerprint(value: impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// A tool's identity: size and time stamp of its file are enough.
pub(crate) fn file_identity(path: &Path) -> Result<String> {
    let data = fs::metadata(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    Ok(format!("{} {:?}", data.len(), data.modified().ok()))
}

fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    let fail = |e: std::io::Error| format!("cannot list {}: {e}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.is_dir() {
            files.extend(walk(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn relative(root: &Path, path: &Path) -> Result<String> {
    let below = path.strip_prefix(root).map_err(|e| e.to_string())?;
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirror_writes_changes_removes_strays_and_rests() {
        let root = std::env::temp_dir().join(format!("xtask-mirror-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        write(&root.join("old/stray.br"), b"x").expect("write");
        write(&root.join("same.js"), b"same").expect("write");
        let tree =
            Tree::from([("same.js".to_owned(), b"same".to_vec()), ("pkg/new.css".to_owned(), b"new".to_vec())]);
        let first = mirror(&tree, &root).expect("mirror");
        let second = mirror(&tree, &root).expect("mirror");
        let found = read_tree(&root).expect("read");
        fs::remove_dir_all(&root).expect("clean");
        assert_eq!(first, Mirrored { written: 1, removed: 1 });
        assert_eq!(second, Mirrored::default());
        assert_eq!(found, tree);
    }
}
