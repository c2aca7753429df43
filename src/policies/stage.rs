//! `[[stage]]`: what a city calls the places of the loop, and what moves a ticket there.

use super::{ladder::Names, reader::Item, section::Section};
use crate::core::stage::StageRule;

/// Reads all stages, in the order of the file.
pub fn stages(sections: Vec<Section<'_>>, names: &Names) -> Vec<StageRule> {
    let mut stages: Vec<StageRule> = Vec::new();
    for section in sections {
        let id_item = section.need("id");
        let id = id_item.as_ref().and_then(Item::filled).unwrap_or_default().to_owned();
        let zh = section.get("zh").and_then(|item| item.filled());
        let en = section.get("en").and_then(|item| item.filled());
        let on = section.get("on").map(|item| item.kinds()).unwrap_or_default();
        let slips = section.get("on_slip").map(|item| item.one_or_many()).unwrap_or_default();
        let known = names.slips.iter().map(String::as_str);
        let on_slip = slips
            .iter()
            .filter_map(|item| item.known("slip", "[slips]", known.clone()))
            .map(str::to_owned)
            .collect();
        if let (Some(item), true) = (&id_item, stages.iter().any(|stage| stage.id == id)) {
            item.complain(format!("stage `{id}` is defined twice"));
        }
        for kind in &on {
            if let Some(other) = stages.iter().find(|stage| stage.on.contains(kind)) {
                section
                    .complain(format!("`{kind}` moves a ticket to stage `{}` already", other.id));
            }
        }
        let stage = StageRule {
            zh: zh.or(en).unwrap_or(&id).to_owned(),
            en: en.unwrap_or(&id).to_owned(),
            id,
            on,
            on_slip,
        };
        if stage.on.is_empty() && stage.on_slip.is_empty() && !stages.is_empty() {
            section.complain(format!(
                "nothing moves a ticket to stage `{}`: give it `on` or `on_slip`",
                stage.id
            ));
        }
        section.finish();
        stages.push(stage);
    }
    stages
}
