//! A copy of the standard library's sources with the two edits that SBPF needs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::process::{self, Show};

/// Where the Debian package puts the sources.
pub fn original() -> PathBuf {
    PathBuf::from("/usr/lib/rustlib/src/rust/library")
}

/// Copies the sources to `to` and edits the copy.
pub fn copy_edited(to: &Path) -> Result<()> {
    let parent = to.parent().context("the copy needs a folder")?;
    fs::create_dir_all(parent)?;
    let mut copy = Command::new("cp");
    copy.arg("-r").arg(original()).arg(to);
    process::run(
        &mut copy,
        "copy the standard library's sources",
        Show::Spinner,
    )?;
    edit(&to.join("std/src/hash/random.rs"), fixed_hash_keys)?;
    edit(&to.join("std/src/sys/alloc/mod.rs"), minimum_alignment)
}

fn edit(file: &Path, change: fn(&str) -> Option<String>) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
    let changed = change(&text)
        .with_context(|| format!("{} is not as this edit knows it", file.display()))?;
    ensure!(
        changed != text,
        "the edit of {} changed nothing",
        file.display()
    );
    fs::write(file, changed)?;
    Ok(())
}

/// Hash keys of `HashMap`: a program has neither writable statics nor entropy, so the keys are fixed.
fn fixed_hash_keys(text: &str) -> Option<String> {
    let start = text.find("thread_local!(static KEYS")?;
    let end = start + text[start..].find("\n    }\n}\n")?;
    Some(format!(
        "{}RandomState {{ k0: 0, k1: 0 }}{}",
        &text[..start],
        &text[end..]
    ))
}

/// The architecture joins those whose allocator aligns to 8 bytes, as a program's allocator does.
fn minimum_alignment(text: &str) -> Option<String> {
    const NEIGHBOUR: &str = "target_arch = \"csky\",";
    text.contains(NEIGHBOUR).then(|| {
        text.replacen(
            NEIGHBOUR,
            &format!("{NEIGHBOUR}\n    target_arch = \"bpf\","),
            1,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_keys_become_fixed() {
        let text = "fn new() {\n        thread_local!(static KEYS: u8 = 1);\n        KEYS.get()\n    }\n}\nrest";
        let expected = "fn new() {\n        RandomState { k0: 0, k1: 0 }\n    }\n}\nrest";
        assert_eq!(fixed_hash_keys(text).as_deref(), Some(expected));
        assert_eq!(fixed_hash_keys("something else"), None);
    }

    #[test]
    fn architecture_joins_the_aligned_ones() {
        let changed = minimum_alignment("any(\n    target_arch = \"csky\",\n)");
        let expected = "any(\n    target_arch = \"csky\",\n    target_arch = \"bpf\",\n)";
        assert_eq!(changed.as_deref(), Some(expected));
        assert_eq!(minimum_alignment("something else"), None);
    }
}
