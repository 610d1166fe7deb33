//! Where the checkout is.

use std::path::Path;

/// The root of the workspace: the folder above this crate.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}
