//! Policy sets as subcommands name them: a folder, or a shipped set by name.

use std::{path::Path, sync::Arc};

use anyhow::{Result, bail};

use crate::{
    core::{org::Org, policy::PolicySet},
    policies,
};

/// A policy set with the organisation beside it.
pub struct Chosen {
    pub set: Arc<PolicySet>,
    pub org: Org,
}

/// Loads the set, or fails with all its complaints.
pub fn load(place: &Path) -> Result<Chosen> {
    let name = place.to_str().unwrap_or_default();
    let loaded = if place.is_dir() || !policies::is_shipped(name) {
        policies::load_dir(place)
    } else {
        policies::load_embedded(name)
    };
    match loaded.set {
        Some(set) => Ok(Chosen { set, org: loaded.org.unwrap_or_default() }),
        None => {
            let complaints: Vec<String> = loaded.complaints.iter().map(ToString::to_string).collect();
            bail!("the policies in `{name}` do not load\n{}", complaints.join("\n"))
        }
    }
}
