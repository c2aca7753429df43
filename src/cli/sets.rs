//! Policy sets as subcommands name them: a folder, or a shipped set by name.

use std::{path::Path, sync::Arc};

use anyhow::Result;

use super::{EXIT_CONFIG, Failure};
use crate::{
    core::{org::Org, policy::PolicySet, wording::Templates},
    policies,
    wall::Wall,
};

/// A policy set with the organisation beside it.
pub struct Chosen {
    pub set: Arc<PolicySet>,
    pub org: Org,
    /// `None` where the set has no templates.toml.
    pub templates: Option<Templates>,
}

/// Loads the set, or fails with all its complaints.
pub fn load(place: &Path) -> Result<Chosen> {
    let name = place.to_str().unwrap_or_default();
    let now = Wall::Host.now();
    let loaded = match policies::load_embedded(name, now).filter(|_| !place.is_dir()) {
        Some(shipped) => shipped,
        None => policies::load_dir(place, now),
    };
    match loaded.set {
        Some(set) => {
            Ok(Chosen { set, org: loaded.org.unwrap_or_default(), templates: loaded.templates })
        }
        None => {
            let complaints: Vec<String> =
                loaded.complaints.iter().map(ToString::to_string).collect();
            let message =
                format!("the policies in `{name}` do not load\n{}", complaints.join("\n"));
            Err(Failure { code: EXIT_CONFIG, message }.into())
        }
    }
}
