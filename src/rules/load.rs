//! From configuration to rules in force: a set is taken only if all of it passes.

use std::{path::Path, sync::Arc};

use super::{Rules, unapproved};
use crate::{
    config::Config,
    core::{policy::Via, ticket, timestamp::Timestamp, wording::Templates},
    policies::{self, Complaint, Loaded, Severity, Sources},
    simulate::check_cases,
    store::{Store, StoreError},
};

/// The set that is used where nobody names one.
pub const STANDARD_SET: &str = "cn";

/// One policy set with everything that was found about it.
#[derive(Debug)]
pub struct Examined {
    pub name: String,
    pub loaded: Loaded,
    pub templates: Option<Templates>,
    pub complaints: Vec<Complaint>,
}

/// The rules do not load; every complaint is in here.
#[derive(Debug, thiserror::Error)]
#[error("the policies in `{name}` do not load\n{}", .complaints.iter().filter(|one| one.is_error()).map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct NotGood {
    pub name: String,
    pub complaints: Vec<Complaint>,
}

/// Rules with what the store has to keep of them.
#[derive(Debug)]
pub struct InForce {
    pub rules: Rules,
    pub warnings: Vec<Complaint>,
    files: String,
}

impl InForce {
    /// Keeps the set for tickets that will be frozen to it, and adds the sets older tickets are frozen to.
    pub async fn settle(self, store: &Store, now: Timestamp) -> Result<Rules, super::RulesError> {
        let kept: Result<(), StoreError> = {
            let set = &self.rules.current;
            store.keep_policy_set(&set.hash, &set.id, &set.version, &self.files, now).await
        };
        kept?;
        self.rules.with_frozen(store, now).await
    }
}

/// Examines one set: files, cases, texts.
pub fn examine(name: String, sources: Result<Sources, String>, now: Timestamp) -> Examined {
    let sources = match sources {
        Ok(sources) => sources,
        Err(error) => {
            let complaints = vec![Complaint::about(Severity::Error, name.as_str(), error)];
            return Examined { name, loaded: Loaded::default(), templates: None, complaints };
        }
    };
    let loaded = policies::load(&sources, now);
    let mut complaints = loaded.complaints.clone();
    if let Some(set) = &loaded.set {
        complaints.extend(check_cases(set, &loaded.cases));
    }
    complaints.extend(policies::text_doubts(&sources, &loaded));
    if !sources.layers().any(|layer| layer.files.contains_key("templates.toml")) {
        let message = "the set has no templates.toml, so its messages have no texts of their own";
        complaints.push(Complaint::about(Severity::Warning, &*name, message));
    }
    let templates = loaded.templates.clone();
    Examined { name, loaded, templates, complaints }
}

/// Examines the set a configuration names, with the ways its ladders use.
pub fn examine_configured(config: &Config, file: Option<&Path>, now: Timestamp) -> Examined {
    let name = match &config.policies.dir {
        Some(dir) => dir.display().to_string(),
        None => STANDARD_SET.to_owned(),
    };
    let mut examined = examine(name, configured_sources(config), now);
    if examined.loaded.set.is_some() && examined.loaded.templates.is_none() {
        let message = "a daemon needs the texts of its messages: add a templates.toml to the set";
        examined.complaints.push(Complaint::about(Severity::Error, &*examined.name, message));
    }
    examined.complaints.extend(unmapped(config, file, &examined.loaded));
    examined.complaints.extend(unapproved(config, file, &examined.loaded));
    examined
}

/// The texts of the set a configuration names, with the organisation it names.
pub fn configured_sources(config: &Config) -> Result<Sources, String> {
    let mut sources = match &config.policies.dir {
        Some(dir) => policies::sources(&dir.display().to_string())
            .filter(|_| !dir.is_dir())
            .map_or_else(|| Sources::from_dir(dir).map_err(|error| error.to_string()), Ok),
        None => policies::sources(STANDARD_SET).ok_or_else(|| format!("no set `{STANDARD_SET}`")),
    }?;
    if let Some(org) = &config.policies.org {
        sources.replace_org(org).map_err(|error| error.to_string())?;
    }
    Ok(sources)
}

/// Ways the ladders use that the configuration sends nowhere.
pub fn unmapped(config: &Config, file: Option<&Path>, loaded: &Loaded) -> Vec<Complaint> {
    let ladders = loaded.set.iter().flat_map(|set| &set.ladders);
    let mut used: std::collections::BTreeSet<Via> =
        ladders.flat_map(|ladder| &ladder.steps).flat_map(|step| step.via.clone()).collect();
    let mut triggers = loaded.set.iter().flat_map(|set| &set.triggers);
    if triggers
        .any(|trigger| trigger.add.as_ref().is_some_and(|kind| kind.name() == ticket::GROUPED))
    {
        used.insert(Via::Digest);
    }
    let file = file.map_or_else(|| "duban.toml".to_owned(), |file| file.display().to_string());
    let complaint = |via: Via| Complaint {
        help: Some(format!("in [kinds] give `{}` a channel, another kind, or \"off\"", via.name())),
        ..Complaint::about(
            Severity::Error,
            file.as_str(),
            format!("the ladders send by `{}`, which no channel takes", via.name()),
        )
    };
    config.unmapped(used).into_iter().map(complaint).collect()
}

/// Rules from an examined set, or all that is wrong with it.
pub fn enforce(examined: Examined) -> Result<InForce, NotGood> {
    let Examined { name, loaded, templates, complaints } = examined;
    let bad = complaints.iter().any(Complaint::is_error);
    match (loaded.set, templates) {
        (Some(set), Some(templates)) if !bad => Ok(InForce {
            rules: Rules::new(Arc::clone(&set), loaded.org.unwrap_or_default(), templates)
                .with_silences(loaded.silences),
            warnings: complaints,
            files: policies::pack(&loaded.files),
        }),
        (Some(_) | None, Some(_) | None) => Err(NotGood { name, complaints }),
    }
}
