//! From the texts of a folder to a policy set, an organisation and the complaints.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use jiff::tz::TimeZone;
use toml::{Spanned, de::DeTable};

use super::{
    calendar,
    case::{self, Case},
    complaint::{Complaint, Complaints, Severity, Source},
    embedded,
    files::{self, ORG, Sources, TEMPLATES},
    ladder::{self, Names},
    lint::{self, Spots},
    org,
    policy::{self, Around},
    section::Section,
    selector, set, trigger,
};
use crate::core::{
    attributes::FURTHER,
    event::Kind,
    org::Org,
    policy::{Ladder, Policy, PolicySet},
    timestamp::Timestamp,
    trigger::Trigger,
    wording::Templates,
};

/// What came of reading a folder.
#[derive(Debug, Default)]
pub struct Loaded {
    /// `None` if there is an error in a file that decides.
    pub set: Option<Arc<PolicySet>>,
    /// `None` if the folder has no `org.toml` or there is an error in it.
    pub org: Option<Org>,
    /// The text of `templates.toml`.
    pub templates: Option<String>,
    /// All of them, by file and place.
    pub complaints: Vec<Complaint>,
    pub cases: Vec<Case>,
    /// The files that decide (policies and holidays), for the store; no people, no wording.
    pub files: BTreeMap<String, String>,
}

impl Loaded {
    /// Whether anything is wrong enough to refuse the set.
    pub fn has_errors(&self) -> bool {
        self.complaints.iter().any(Complaint::is_error)
    }
}

/// Reads a policy folder; a folder that cannot be read is a complaint like any other.
pub fn load_dir(dir: &Path, now: Timestamp) -> Loaded {
    match Sources::from_dir(dir) {
        Ok(sources) => load(&sources, now),
        Err(error) => Loaded {
            complaints: vec![Complaint::about(
                Severity::Error,
                dir.display().to_string(),
                error.to_string(),
            )],
            ..Loaded::default()
        },
    }
}

/// Reads a shipped set; `None` if there is none of this name.
pub fn load_embedded(name: &str, now: Timestamp) -> Option<Loaded> {
    embedded::sources(name).map(|sources| load(&sources, now))
}

/// Reads the texts of a set.
pub fn load(sources: &Sources, now: Timestamp) -> Loaded {
    let complaints = Complaints::default();
    let deciding = sources.deciding();
    let names: BTreeMap<&str, String> =
        sources.files.keys().map(|name| (name.as_str(), sources.display(name))).collect();
    let source = |name: &'_ str, text| Source {
        name: names.get(name).map_or("", String::as_str),
        text,
        private: name == ORG,
        complaints: &complaints,
    };
    let is_policy = |name: &str| {
        let toml = Path::new(name).extension().is_some_and(|ext| ext == "toml");
        toml && !name.contains('/') && name != ORG && name != TEMPLATES
    };
    let trees: Vec<(Source<'_>, Spanned<DeTable<'_>>)> = sources
        .files
        .iter()
        .filter(|(name, _)| is_policy(name))
        .map(|(name, text)| {
            let source = source(name, text);
            (source, parse(source))
        })
        .collect();
    let roots: Vec<Section<'_>> =
        trees.iter().map(|(source, tree)| Section::root(*source, tree.get_ref())).collect();
    let reading = read(&roots, &deciding, sources, &complaints, now);
    let mut loaded = Loaded {
        templates: sources.files.get(TEMPLATES).cloned(),
        files: deciding.clone(),
        ..Loaded::default()
    };
    let (roles, zone) = match &reading {
        Some(reading) => {
            (reading.set.roles.keys().cloned().collect(), reading.set.calendar.zone().clone())
        }
        None => (BTreeSet::new(), TimeZone::UTC),
    };
    for root in roots {
        root.finish();
    }
    // Without roles every post would be wrong, which helps nobody.
    if let Some(text) = sources.files.get(ORG).filter(|_| reading.is_some()) {
        let source = source(ORG, text);
        let tree = parse(source);
        loaded.org = Some(org::org(Section::root(source, tree.get_ref()), &roles, &zone));
    }
    if let Some(text) = sources.files.get(TEMPLATES) {
        texts(source(TEMPLATES, text), reading.as_ref().map(|reading| &reading.set));
    }
    loaded.complaints = complaints.into_sorted();
    let wrong_in_org = |c: &Complaint| c.is_error() && c.file == sources.display(ORG);
    let wrong_in_set = |c: &Complaint| c.is_error() && c.file != sources.display(ORG);
    if loaded.complaints.iter().any(wrong_in_org) {
        loaded.org = None;
    }
    if let Some(reading) = reading {
        loaded.cases = reading.cases;
        if !loaded.complaints.iter().any(wrong_in_set) {
            loaded.set = Some(Arc::new(reading.set));
        }
    }
    loaded
}

/// Compiles the texts and misses those of slips that are issued.
fn texts(source: Source<'_>, set: Option<&PolicySet>) {
    let templates = match Templates::parse(source.text) {
        Ok(templates) => templates,
        Err(errors) => {
            for error in errors {
                let span = error.span.unwrap_or(0..0);
                source.complain(Severity::Error, span, error.text, None);
            }
            return;
        }
    };
    let steps = set.iter().flat_map(|set| &set.ladders).flat_map(|ladder| &ladder.steps);
    let slips: BTreeSet<&str> = steps.map(|step| step.slip.as_str()).collect();
    for id in slips.into_iter().map(|slip| format!("staff.{slip}")) {
        if !templates.has(&id) {
            source.complaints.add(Complaint::about(
                Severity::Error,
                source.name,
                format!("there is no text `[{id}]`, but a ladder issues this slip"),
            ));
        }
    }
}

/// The tree of a file, as far as it can be understood.
fn parse(source: Source<'_>) -> Spanned<DeTable<'_>> {
    let (tree, errors) = DeTable::parse_recoverable(source.text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        source.complain(Severity::Error, span, error.message().to_owned(), None);
    }
    tree
}

/// A set with its cases, before anybody has looked at the complaints.
struct Reading {
    set: PolicySet,
    cases: Vec<Case>,
}

fn read(
    roots: &[Section<'_>],
    files: &BTreeMap<String, String>,
    sources: &Sources,
    complaints: &Complaints,
    now: Timestamp,
) -> Option<Reading> {
    let Some(head_root) = roots.iter().find(|root| root.get("schema").is_some()) else {
        complaints.add(Complaint::about(
            Severity::Error,
            sources.label.as_str(),
            format!("no file here says `schema = \"{}\"`", set::SCHEMA),
        ));
        return None;
    };
    let head = set::head(head_root);
    let tables = |key: &'static str| -> Vec<Section<'_>> {
        let items = roots.iter().filter_map(|root| root.get(key));
        items.filter_map(|item| item.section(format!("[{key}]"))).collect()
    };
    let lists = |key: &'static str| -> Vec<Section<'_>> {
        let items = roots.iter().filter_map(|root| root.get(key)?.list()).flatten();
        items.filter_map(|item| item.section(format!("this {key}"))).collect()
    };
    let single = |key: &'static str| -> Option<Section<'_>> {
        let mut sections = tables(key).into_iter();
        let first = sections.next();
        for second in sections {
            second.complain(format!("[{key}] is in two files; keep one"));
        }
        first
    };

    let declared = head_root.get("attributes").map(|item| selector::declared(&item));
    let attributes: BTreeSet<String> =
        FURTHER.into_iter().map(str::to_owned).chain(declared.unwrap_or_default()).collect();
    let mut names = Names { attributes: attributes.clone(), ..Names::default() };
    let (mut roles, mut slips, mut pauses) = Default::default();
    for section in tables("roles") {
        set::roles(&section, &mut roles);
    }
    names.roles = roles.keys().cloned().collect();
    for section in tables("slips") {
        set::slips(&section, &mut slips);
    }
    names.slips = slips.keys().cloned().collect();
    for section in tables("pauses") {
        set::pauses(&section, &names.roles, &mut pauses);
    }
    names.pauses = pauses.keys().cloned().collect();
    let mut presets = BTreeMap::new();
    for section in tables("presets") {
        set::presets(&section, &mut presets);
    }

    let mut spots = Spots::default();
    let mut ladders: Vec<Ladder> = Vec::new();
    for section in lists("ladder") {
        let id = section.get("id");
        let (ladder, steps) = ladder::ladder(section, &names);
        spots.steps.push(steps);
        if names.ladders.insert(ladder.id.clone(), ladders.len()).is_some()
            && let Some(id) = id
        {
            id.complain(format!("ladder `{}` is defined twice", ladder.id));
        }
        ladders.push(ladder);
    }
    let around = Around { names: &names, ladders: &ladders, clock_start: &head.clock_start };
    let mut policies: Vec<Policy> = Vec::new();
    for section in lists("policy") {
        let id = section.get("id");
        spots.policies.push(section.get("select").map_or_else(|| section.spot(), |s| s.spot()));
        let policy = policy::policy(section, around);
        if policies.iter().any(|earlier| earlier.id == policy.id)
            && let Some(id) = id
        {
            id.complain(format!("policy `{}` is defined twice", policy.id));
        }
        policies.push(policy);
    }
    let mut triggers: Vec<Trigger> =
        policies.iter().filter_map(|policy| policy.count_trigger.clone()).collect();
    for section in lists("trigger") {
        let id = section.get("id");
        let trigger = trigger::trigger(section, &names);
        if triggers.iter().any(|earlier| earlier.id == trigger.id)
            && let Some(id) = id
        {
            id.complain(format!("trigger `{}` is defined twice", trigger.id));
        }
        triggers.push(trigger);
    }
    let attributes = attributes.into_iter().chain(trigger::attributes(&triggers)).collect();
    if head_root.get("default_policy").is_none() {
        head_root.warn(
            "the set has no `default_policy`: a ticket that no selector takes has no clocks",
            None,
        );
    }
    let default_policy = head_root.get("default_policy").and_then(|item| {
        let known = policies.iter().map(|policy| policy.id.as_str());
        let id = item.known("policy", "[[policy]]", known)?;
        policies.iter().position(|policy| policy.id == id)
    });
    let cases = lists("case")
        .into_iter()
        .filter_map(|section| case::case(section, &policies, &head.clock_start, &head.zone))
        .collect();
    let quiet = single("quiet").map(|s| set::quiet(s, &policies)).unwrap_or_default();
    let noise = single("noise").map(set::noise).unwrap_or_default();
    let calendar = if let Some(section) = single("calendar") {
        calendar::calendar(section, head.zone.clone(), sources, complaints, now)
    } else {
        head_root.complain("the set has no [calendar]");
        None
    };
    let set = PolicySet {
        kinds: kinds(&policies, &ladders, &triggers, &head),
        id: head.id,
        version: head.version,
        hash: files::hash(files),
        calendar: calendar?,
        clock_start: head.clock_start,
        workday_step_time: head.workday_step_time,
        workday_due: head.workday_due,
        language: head.language,
        resident_clock: head.resident_clock,
        default_policy,
        quiet,
        noise,
        slips,
        roles,
        pauses,
        ladders,
        policies,
        triggers,
        presets,
        attributes,
    };
    // What follows from an error is not worth a doubt.
    if complaints.errors() == 0 {
        for doubt in lint::doubts(&set, &spots, now) {
            complaints.add(doubt);
        }
    }
    Some(Reading { set, cases })
}

/// Every kind named anywhere that is not a standard one.
fn kinds(
    policies: &[Policy],
    ladders: &[Ladder],
    triggers: &[Trigger],
    head: &set::Head,
) -> BTreeSet<Kind> {
    let clocks = policies.iter().flat_map(|policy| &policy.clocks);
    let of_clocks =
        clocks.flat_map(|clock| clock.stop.iter().chain([&clock.start]).chain(&clock.recur_until));
    let of_policies = policies
        .iter()
        .flat_map(|p| &p.ends);
    let of_ladders = ladders.iter().flat_map(|ladder| &ladder.stop_on);
    let of_head = [&head.clock_start].into_iter().chain(&head.resident_clock);
    let all = of_clocks.chain(of_policies).chain(of_ladders).chain(of_head);
    let all = all.cloned().chain(trigger::kinds(triggers));
    all.filter(|kind| matches!(kind, Kind::Custom(_))).collect()
}
