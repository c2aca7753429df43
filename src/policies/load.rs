//! From the texts of a folder to a policy set, an organisation and the complaints.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use jiff::tz::TimeZone;
use toml::{Spanned, de::DeTable};

use super::{
    calendar, campaign,
    case::{self, Case},
    catalogue,
    complaint::{Complaint, Complaints, Severity, Source},
    embedded,
    files::{self, CASES, SILENCES, Sources, TEMPLATES},
    kinds, labels,
    ladder::{self, Names},
    layers::Layers,
    lint::{self, Spots},
    org, permits,
    policy::{self, Around},
    preset, rates,
    resident::{self, Tells},
    schedule,
    section::Section,
    selector, set, silence, slip, stage, texts, trigger,
};
use crate::core::{
    agenda::Schedule,
    attributes::FURTHER,
    count::CountRule,
    org::Org,
    policy::{FlagRule, Ladder, Policy, PolicySet},
    silence::Silence,
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
    /// The texts of `templates.toml`; `None` if there is none or an error in it.
    pub templates: Option<Templates>,
    /// All of them, by file and place.
    pub complaints: Vec<Complaint>,
    pub cases: Vec<Case>,
    /// Who is told nothing for a while.
    pub silences: Vec<Silence>,
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
    let shown = |of: &Sources| -> BTreeMap<String, String> {
        of.files.keys().map(|name| (name.clone(), of.display(name))).collect()
    };
    let names: Vec<BTreeMap<String, String>> = sources.layers().map(shown).collect();
    let source = |layer: usize, name: &'_ str, text| Source {
        name: names[layer].get(name).map_or("", String::as_str),
        text,
        private: files::is_org(name),
        complaints: &complaints,
    };
    let is_policy = |layer: usize, name: &str| {
        let toml = Path::new(name).extension().is_some_and(|ext| ext == "toml");
        let decides = !files::is_org(name)
            && ![TEMPLATES, SILENCES].contains(&name)
            && (layer == 0 || name != CASES);
        toml && !name.contains('/') && decides
    };
    let mut trees: Vec<(usize, Source<'_>, Spanned<DeTable<'_>>)> = Vec::new();
    for (layer, of) in sources.layers().enumerate() {
        for (name, text) in of.files.iter().filter(|(name, _)| is_policy(layer, name)) {
            let source = source(layer, name, text);
            trees.push((layer, source, parse(source)));
        }
    }
    let roots = trees
        .iter()
        .map(|(layer, source, tree)| (*layer, Section::root(*source, tree.get_ref())))
        .collect();
    let layers = Layers::new(roots);
    let table = |name: &'static str| {
        let found = sources.layers().enumerate().find_map(|(n, of)| Some((n, of.files.get(name)?)));
        found.map(|(layer, text)| source(layer, name, text.as_str()))
    };
    let tables = (table(catalogue::ITEMS), table(catalogue::DUTIES));
    let reading = read(&layers, &deciding, sources, tables, &complaints, now);
    let mut loaded = Loaded { files: deciding.clone(), ..Loaded::default() };
    layers.finish();
    let of_layer = |name: &'static str| {
        let layers = sources.layers().enumerate();
        layers.filter_map(move |(layer, of)| Some((layer, of.files.get(name)?)))
    };
    let people: Vec<(Source<'_>, Spanned<DeTable<'_>>)> = org_files(sources)
        .map(|(layer, name, text)| {
            let source = source(layer, name, text);
            (source, parse(source))
        })
        .collect();
    // Without roles every post would be wrong, which helps nobody.
    if let Some(reading) = reading.as_ref().filter(|_| !people.is_empty()) {
        let roots =
            people.iter().map(|(source, tree)| Section::root(*source, tree.get_ref())).collect();
        loaded.org = Some(org::org(roots, &reading.set, now));
    }
    if let (Some(reading), (Some(items), duties)) = (&reading, tables) {
        let duties = duties.map_or(items.name, |duties| duties.name);
        let org = loaded.org.as_ref();
        for doubt in catalogue::doubts(&reading.set, org, items.name, duties) {
            complaints.add(doubt);
        }
    }
    if let Some((layer, text)) = of_layer(SILENCES).next() {
        let source = source(layer, SILENCES, text);
        let tree = parse(source);
        let units = loaded.org.as_ref().map(|org| &org.units);
        let zone =
            reading.as_ref().map_or(TimeZone::UTC, |reading| reading.set.calendar.zone().clone());
        loaded.silences = silence::silences(Section::root(source, tree.get_ref()), units, &zone);
    }
    let texts_of: Vec<Source<'_>> =
        of_layer(TEMPLATES).map(|(layer, text)| source(layer, TEMPLATES, text)).collect();
    if !texts_of.is_empty() {
        loaded.templates = texts::texts(&texts_of, reading.as_ref().map(|reading| &reading.set));
    }
    loaded.complaints = complaints.into_sorted();
    let of_org: BTreeSet<&str> = org_files(sources)
        .filter_map(|(layer, name, _)| Some(names[layer].get(name)?.as_str()))
        .collect();
    let wrong_in_org = |c: &Complaint| c.is_error() && of_org.contains(c.file.as_str());
    let wrong_in_set = |c: &Complaint| c.is_error() && !of_org.contains(c.file.as_str());
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

/// The files of the organisation: all of them of the uppermost layer that has any.
fn org_files(sources: &Sources) -> impl Iterator<Item = (usize, &str, &str)> {
    let mut layers = sources.layers().enumerate().map(|(layer, of)| {
        let files = of.files.iter().filter(|(name, _)| files::is_org(name));
        files.map(move |(name, text)| (layer, name.as_str(), text.as_str())).collect::<Vec<_>>()
    });
    layers.find(|files| !files.is_empty()).into_iter().flatten()
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
    layers: &Layers<'_>,
    files: &BTreeMap<String, String>,
    sources: &Sources,
    (items, duties): (Option<Source<'_>>, Option<Source<'_>>),
    complaints: &Complaints,
    now: Timestamp,
) -> Option<Reading> {
    if let Some(complaint) = layers.check_head(&sources.label) {
        complaints.add(complaint);
    }
    let head_root = layers.head()?;
    let head = set::head(head_root);
    let tables = |key: &'static str| layers.tables(key);
    let lists = |key: &'static str| layers.lists(key);
    let single = |key: &'static str| layers.single(key);

    let declared = head_root.get("attributes").map(|item| selector::declared(&item));
    let attributes: BTreeSet<String> =
        FURTHER.into_iter().map(str::to_owned).chain(declared.unwrap_or_default()).collect();
    let mut names = Names { attributes: attributes.clone(), ..Names::default() };
    let (mut roles, mut slips, mut pauses) = Default::default();
    for section in tables("roles") {
        set::roles(&section, &mut roles);
    }
    names.roles = roles.keys().cloned().collect();
    for section in tables("roles") {
        set::check_fallbacks(&section, &names.roles);
    }
    let mut authority = BTreeMap::new();
    for section in tables("authority") {
        set::authority(&section, &mut authority);
    }
    let counts: Vec<CountRule> = lists("count").into_iter().filter_map(set::count).collect();
    let notes = slip::notes(lists("note"), &head.zone);
    for section in tables("slips") {
        slip::slips(&section, &names.roles, &notes, &mut slips);
    }
    let mut issuers = BTreeMap::new();
    for section in tables("issuers") {
        slip::issuers(&section, &mut issuers);
    }
    names.slips = slips.keys().cloned().collect();
    for section in tables("pauses") {
        set::pauses(&section, &names.roles, &mut pauses);
    }
    names.pauses = pauses.keys().cloned().collect();
    let permits =
        single("permits").map(|section| permits::permits(section, &names)).unwrap_or_default();
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
    let tells = single("tell").map(|section| resident::tell(&section, &Tells::new()));
    let around = Around {
        names: &names,
        ladders: &ladders,
        clock_start: &head.clock_start,
        tells: &tells.unwrap_or_default(),
    };
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
    let mut flags: Vec<FlagRule> = Vec::new();
    for section in lists("flag") {
        let id = section.get("id");
        let Some(flag) = permits::flag(section, &names, &policies) else { continue };
        if flags.iter().any(|earlier| earlier.id == flag.id)
            && let Some(id) = id
        {
            id.complain(format!("flag `{}` is defined twice", flag.id));
        }
        flags.push(flag);
    }
    let preset = head_root.get("preset");
    let set_by_preset = preset.map(|item| preset::apply(&item, &presets, &mut policies));
    flags.extend(policies.iter().filter_map(permits::confirmation));
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
    let campaigns = lists("campaign")
        .into_iter()
        .filter_map(|section| campaign::campaign(section, &names, &policies, &head.zone))
        .collect();
    let seasons: Vec<Schedule> = lists("season").into_iter().filter_map(schedule::season).collect();
    let schedules = lists("schedule");
    let schedules = schedules
        .into_iter()
        .filter_map(|section| schedule::schedule(section, &names))
        .chain(seasons);
    let schedules: Vec<Schedule> = schedules.collect();
    let stages = stage::stages(lists("stage"), &names);
    let cases = layers
        .own_lists("case")
        .into_iter()
        .filter_map(|section| case::case(section, &policies, &head.clock_start, &head.zone))
        .collect();
    let reply = single("reply").map(resident::reply).unwrap_or_default();
    let quiet = single("quiet").map(|s| set::quiet(s, &policies)).unwrap_or_default();
    let noise =
        single("noise").map(|s| set::noise(s, &names.slips, &names.roles)).unwrap_or_default();
    let calendar = if let Some(section) = single("calendar") {
        calendar::calendar(section, head.zone.clone(), sources, complaints, now)
    } else {
        head_root.complain("the set has no [calendar]");
        None
    };
    let zones = single("zones").as_ref().map(labels::zones).unwrap_or_default();
    let mut set = PolicySet {
        kinds: BTreeSet::new(),
        id: head.id,
        version: head.version,
        hash: files::hash(files),
        calendar: calendar?,
        campaigns,
        stages,
        rates: rates::rates(lists("rates"), &zones),
        zones,
        reports: tables("reports").iter().flat_map(labels::reports).collect(),
        catalogue: catalogue::catalogue(items, duties, &policies),
        clock_start: head.clock_start,
        workday_step_time: head.workday_step_time,
        workday_due: head.workday_due,
        language: head.language,
        resident_clock: head.resident_clock,
        default_policy,
        quiet,
        noise,
        reply,
        slips,
        notes,
        issuers,
        roles,
        pauses,
        permits,
        flags,
        ladders,
        policies,
        triggers,
        schedules,
        presets,
        set_by_preset: set_by_preset.unwrap_or_default(),
        authority,
        counts,
        attributes,
    };
    set.kinds = kinds::kinds(&set);
    // What follows from an error is not worth a doubt.
    if complaints.errors() == 0 {
        let near = slip::near_misses(&set.ladders, &set.slips, &spots.steps);
        for doubt in lint::doubts(&set, &spots, now).into_iter().chain(near) {
            complaints.add(doubt);
        }
    }
    Some(Reading { set, cases })
}
