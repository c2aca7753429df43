//! From a message to a letter: who it is for now, by which channel, in which words.

use crate::{
    channel::Letter,
    config::{Config, Target},
    core::{
        contact::{Contact, identity},
        message::{Message, Recipient, SIGN_IN},
        policy::Via,
        timestamp::Timestamp,
        wording::Language,
    },
    rules::Rules,
    secret::Key,
    store::{Offer, Outcome, Store},
};

/// A letter and the channel it leaves by.
pub struct Addressed {
    pub channel: String,
    pub letter: Letter,
    /// Keyed hash of the address, where it is a resident's: by it a reply finds its ticket.
    pub resident: Option<String>,
}

/// Where a message goes.
struct Place {
    channel: String,
    /// The kind of address, which decides the length of the text.
    via: Via,
    to: String,
    language: Language,
}

/// Finds the receiver's address at this moment and says the message: the offer's own, or the one that
/// stands for several of the same receiver.
pub async fn address(
    store: &Store,
    config: &Config,
    seal: &Key,
    rules: &Rules,
    offer: &Offer,
    said: &Message,
    now: Timestamp,
) -> Result<Addressed, Outcome> {
    let place = match &offer.message.to {
        Recipient::Staff { unit, role, person, .. } => {
            staff(config, rules, &offer.message, unit, role, person.as_deref(), now)?
        }
        Recipient::Resident => resident(store, config, seal, offer).await?,
    };
    let link = offer
        .sealed
        .as_ref()
        .map(|sealed| open_link(config, seal, &offer.message, sealed))
        .transpose()?;
    let link = link.or_else(|| acknowledgement(config, seal, offer, said, place.via));
    let message = Message { via: place.via.name().to_owned(), ..said.clone() };
    let zone = rules.current.calendar.zone();
    let signature = config.wording.signature(place.language.tag());
    let text = rules
        .templates
        .render(&message, place.language, &rules.names, zone, link.as_deref(), signature)
        .map_err(|error| gave_up(error.to_string(), &place.channel))?;
    let resident = match &offer.message.to {
        Recipient::Resident => Some(seal.caller(&identity(&place.to))),
        Recipient::Staff { .. } => None,
    };
    if let Some(address) = &resident {
        let out = store.is_opted_out(address).await;
        if out.map_err(|error| gave_up(error.to_string(), &place.channel))? {
            return Err(Outcome::Dropped { reason: "they want no messages".to_owned() });
        }
    }
    // As in the text itself: an SMS pays for each character.
    let bare = link.as_deref().and_then(|link| link.strip_prefix("https://"));
    let shown = bare.filter(|_| place.via == Via::Sms).or(link.as_deref());
    let facts = rules
        .templates
        .facts(&message, place.language, &rules.names, zone, shown, signature)
        .map_err(|error| gave_up(error.to_string(), &place.channel))?;
    let letter = Letter {
        message_id: message_id(&message.key),
        to: place.to,
        subject: text.subject,
        text: text.text,
        html: text.html,
        links: link.into_iter().collect(),
        ticket: message.ticket,
        template: message.template,
        facts,
        language: place.language.tag().to_owned(),
    };
    Ok(Addressed { channel: place.channel, letter, resident })
}

/// Where a slip or a list is acknowledged: mails have room for it.
fn acknowledgement(
    config: &Config,
    seal: &Key,
    offer: &Offer,
    said: &Message,
    via: Via,
) -> Option<String> {
    let is_mail = matches!(via, Via::Email | Via::Digest | Via::Print);
    let is_staff = matches!(offer.message.to, Recipient::Staff { person: Some(_), .. });
    let asks = said.slip.is_some() || said.facts.title.is_some();
    (is_mail && is_staff && asks)
        .then(|| format!("{}/a/{}", config.web.public_url, seal.staff_token(offer.id)))
}

/// The same for the same message, however often it is tried.
fn message_id(key: &str) -> String {
    let hash = blake3::hash(key.as_bytes()).to_hex();
    hash.as_str().get(..32).unwrap_or_default().to_owned()
}

fn gave_up(reason: String, channel: &str) -> Outcome {
    Outcome::GaveUp { reason, channel: channel.to_owned() }
}

fn staff(
    config: &Config,
    rules: &Rules,
    message: &Message,
    unit: &str,
    role: &str,
    person: Option<&str>,
    now: Timestamp,
) -> Result<Place, Outcome> {
    let kind = Via::of(&message.via)
        .ok_or_else(|| gave_up(format!("`{}` is no kind of way", message.via), ""))?;
    let (channel, via) = match config.target(kind) {
        Some(Target::Channel { name, address }) => (name.to_owned(), address),
        Some(Target::Off) => {
            return Err(Outcome::Dropped {
                reason: format!("`{}` is switched off here", message.via),
            });
        }
        None => return Err(gave_up(format!("`{}` has no target in [kinds]", message.via), "")),
    };
    let found = match person {
        Some(person) if message.template == SIGN_IN => rules.org.people.get(person),
        _ => rules.org.person_now(&rules.current, unit, role, person, now),
    };
    let person = found.ok_or_else(|| gave_up(format!("nobody is {role} of {unit}"), &channel))?;
    let to = person.address(via, now).map(str::to_owned).ok_or_else(|| {
        gave_up(format!("{} has no address for `{}`", person.id, via.name()), &channel)
    })?;
    let language = Language::of(if person.language.is_empty() {
        &config.wording.language
    } else {
        &person.language
    });
    Ok(Place { channel, via, to, language })
}

async fn resident(
    store: &Store,
    config: &Config,
    seal: &Key,
    offer: &Offer,
) -> Result<Place, Outcome> {
    let trouble = |reason: String| gave_up(reason, "");
    let sealed = store
        .contact(offer.ticket_key)
        .await
        .map_err(|error| trouble(error.to_string()))?
        .ok_or_else(|| trouble("no way to reach the resident is known".to_owned()))?;
    let plain =
        seal.unseal(&offer.message.ticket, &sealed).map_err(|error| trouble(error.to_string()))?;
    let contact: Contact = serde_json::from_slice(&plain)
        .map_err(|_| trouble("the resident's contact cannot be read".to_owned()))?;
    let language = Language::of(contact.language.as_deref().unwrap_or(&config.resident.language));
    let sms = config.resident.sms.as_ref().zip(contact.phone).map(|way| (Via::Sms, way));
    let email = config.resident.email.as_ref().zip(contact.email).map(|way| (Via::Email, way));
    let (via, (channel, to)) = sms.or(email).ok_or_else(|| {
        trouble("no channel of [resident] fits the ways to this resident".to_owned())
    })?;
    Ok(Place { channel: channel.clone(), via, to, language })
}

fn open_link(
    config: &Config,
    seal: &Key,
    message: &Message,
    sealed: &[u8],
) -> Result<String, Outcome> {
    let token =
        seal.unseal(&message.ticket, sealed).map_err(|error| gave_up(error.to_string(), ""))?;
    let token =
        String::from_utf8(token).map_err(|_| gave_up("the link cannot be read".to_owned(), ""))?;
    let place = if message.template == SIGN_IN { "board/in" } else { "r" };
    Ok(format!("{}/{place}/{token}", config.web.public_url))
}
