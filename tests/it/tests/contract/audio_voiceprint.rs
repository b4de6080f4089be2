//! Rows of the voiceprints of the group `audio`.

use coze_types::audio::{
    CreateVoiceprintFeature, CreateVoiceprintGroup, DeleteVoiceprintFeature, DeleteVoiceprintGroup,
    FeatureScore, IdentifySpeaker, ListVoiceprintFeatures, ListVoiceprintGroups, UpdateVoiceprintFeature,
    UpdateVoiceprintGroup, VoiceprintFeature, VoiceprintGroup, VoiceprintGroupPage, VoiceprintUser,
};
use coze_types::{FilePart, Pager, Timestamp};
use serde_json::{Value, json};

use super::audio::filled;
use super::{Row, decode, fixture, survives};

fn done() -> Value {
    json!({ "code": 0, "msg": "", "detail": { "logid": "20241210191248C8EF7607554A6****" } })
}

fn creator() -> VoiceprintUser {
    let mut user = VoiceprintUser::new("14891859095");
    user.name = Some("testcase1".to_owned());
    user.nickname = Some("5707".to_owned());
    user
}

fn wav() -> FilePart {
    FilePart::new("test_1.wav", "sound").mime("audio/wav".parse().unwrap())
}

#[test]
fn create_group() {
    let group = Row {
        request: CreateVoiceprintGroup::new("音箱1的声纹组").desc("客厅").coze_account_id("749088814445"),
        line: "POST /v1/audio/voiceprint_groups",
        body: json!({ "name": "音箱1的声纹组", "desc": "客厅", "coze_account_id": "749088814445" }),
        answer: fixture!("create_voiceprint_group"),
        payload: "/data",
    }
    .check();
    assert_eq!(group, VoiceprintGroup::new("75138649771889***"));
}

#[test]
fn update_group() {
    Row {
        request: UpdateVoiceprintGroup::new("7513864977188").name("音箱2的声纹组"),
        line: "PUT /v1/audio/voiceprint_groups/7513864977188",
        body: json!({ "name": "音箱2的声纹组" }),
        answer: done(),
        payload: "",
    }
    .check();
    Row {
        // An empty description clears it, which is not the same as leaving it.
        request: UpdateVoiceprintGroup::new("7513864977188").desc(""),
        line: "PUT /v1/audio/voiceprint_groups/7513864977188",
        body: json!({ "desc": "" }),
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn delete_group() {
    Row {
        request: DeleteVoiceprintGroup::new("7509775482326"),
        line: "DELETE /v1/audio/voiceprint_groups/7509775482326",
        body: Value::Null,
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn list_groups() {
    let page = Row {
        request: ListVoiceprintGroups::new().group_id("7511988408546279468"),
        line: "GET /v1/audio/voiceprint_groups?page_num=1&page_size=10&group_id=7511988408546279468",
        body: Value::Null,
        answer: fixture!("list_voiceprint_group"),
        payload: "/data",
    }
    .check();
    assert_eq!(page.total, Some(1));
    let [group] = &page.items[..] else { panic!("{page:?}") };
    let mut expected = VoiceprintGroup::new("751198840854***");
    expected.name = Some("test_group".to_owned());
    expected.desc = Some("This is a test group".to_owned());
    expected.icon_url.clone_from(&group.icon_url);
    assert!(group.icon_url.is_some());
    let mut user = creator();
    user.avatar_url = group.user_info.as_ref().unwrap().avatar_url.clone();
    assert!(user.avatar_url.is_some());
    expected.user_info = Some(user);
    expected.created_at = Some(Timestamp::from_unix(1_749_021_940));
    expected.updated_at = Some(Timestamp::from_unix(1_749_021_940));
    expected.feature_count = Some(0);
    assert_eq!(*group, expected);
}

#[test]
fn list_groups_with_every_field() {
    let request = ListVoiceprintGroups::new()
        .page_num(2)
        .page_size(200)
        .name("声纹")
        .user_id("757378")
        .group_id("75143038117378")
        .coze_account_id("749088814445");
    assert_eq!(request.validate(), []);
    Row {
        request,
        line: "GET /v1/audio/voiceprint_groups?page_num=2&page_size=200&name=%E5%A3%B0%E7%BA%B9&user_id=757378\
            &group_id=75143038117378&coze_account_id=749088814445",
        body: Value::Null,
        answer: fixture!("list_voiceprint_group"),
        payload: "/data",
    }
    .check();
}

fn page(ids: std::ops::Range<u32>, total: Option<i64>) -> VoiceprintGroupPage {
    let groups: Vec<_> = ids.map(|id| json!({ "id": id })).collect();
    serde_json::from_value(json!({ "items": groups, "total": total })).unwrap()
}

/// Page numbers that are asked for, and ids that come, of a server that answers with `pages`.
fn read(start: ListVoiceprintGroups, pages: impl Fn(u32) -> VoiceprintGroupPage) -> (Vec<u32>, Vec<String>) {
    let (mut asked, mut ids, mut pager) = (Vec::new(), Vec::new(), Pager::new(start));
    while let Some(request) = pager.next_request() {
        assert!(asked.len() < 20, "the list does not end");
        asked.push(request.page_num);
        let page = pages(request.page_num);
        ids.extend(pager.turn(page).iter().map(|group| group.id.to_string()));
    }
    (asked, ids)
}

fn numbers(ids: std::ops::Range<u32>) -> Vec<String> {
    ids.map(|id| id.to_string()).collect()
}

#[test]
fn list_groups_turns_its_pages_until_all_have_come() {
    let of_ten = |number: u32| page((number - 1) * 10..(number * 10).min(25), Some(25));
    assert_eq!(read(ListVoiceprintGroups::new(), of_ten), (vec![1, 2, 3], numbers(0..25)));
    // The last page is full: no further one is asked for.
    let full = |number: u32| page((number - 1) * 10..number * 10, Some(20));
    assert_eq!(read(ListVoiceprintGroups::new(), full), (vec![1, 2], numbers(0..20)));
    // From the middle on.
    assert_eq!(read(ListVoiceprintGroups::new().page_num(2), of_ten), (vec![2, 3], numbers(10..25)));
    // A server that puts fewer on a page than it is asked for loses none.
    let few = |number: u32| page((number - 1) * 4..(number * 4).min(10), Some(10));
    assert_eq!(read(ListVoiceprintGroups::new().page_size(500), few), (vec![1, 2, 3], numbers(0..10)));
}

#[test]
fn list_groups_ends_when_the_server_does_not_move() {
    let empty = |_| page(0..0, Some(9));
    assert_eq!(read(ListVoiceprintGroups::new(), empty), (vec![1], numbers(0..0)));
    let same = |_| page(0..10, Some(100));
    assert_eq!(read(ListVoiceprintGroups::new(), same), (vec![1, 2], numbers(0..10)));
    // Items that were deleted while the list was read.
    let shrunk = |number: u32| if number == 1 { page(0..10, Some(12)) } else { page(0..0, Some(12)) };
    assert_eq!(read(ListVoiceprintGroups::new(), shrunk), (vec![1, 2], numbers(0..10)));
    // Without a total, a page that is not full is the last.
    let silent = |number: u32| page((number - 1) * 10..(number * 10).min(13), None);
    assert_eq!(read(ListVoiceprintGroups::new(), silent), (vec![1, 2], numbers(0..13)));
    let last = |_| page(0..10, Some(i64::MAX));
    assert_eq!(read(ListVoiceprintGroups::new().page_num(u32::MAX), last), (vec![u32::MAX], numbers(0..10)));
}

#[test]
fn create_feature() {
    let request = CreateVoiceprintFeature::new("75143038117378", "妈妈的声音").desc("妈妈的声音").file(wav());
    assert_eq!(request.validate(), []);
    let line = "POST /v1/audio/voiceprint_groups/75143038117378/features";
    let file = ("file", "test_1.wav; audio/wav; sound");
    let named = [file, ("name", "妈妈的声音"), ("desc", "妈妈的声音")];
    filled(&request, line, &named);
    let request = request.sample_rate(16_000_u32).channel(1_u32);
    assert_eq!(request.validate(), []);
    filled(&request, line, &[&named[..], &[("sample_rate", "16000"), ("channel", "1")]].concat());
    let feature = decode::<CreateVoiceprintFeature>(&fixture!("create_voiceprint"));
    assert_eq!(feature, VoiceprintFeature::new("75138652833128***"));
    survives(&feature);
}

#[test]
fn update_feature() {
    let line = "PUT /v1/audio/voiceprint_groups/751198840854627/features/75119956441528";
    let request = UpdateVoiceprintFeature::new("751198840854627", "75119956441528");
    let named = request.clone().name("妈妈").desc("");
    assert_eq!(named.validate(), []);
    filled(&named, line, &[("name", "妈妈"), ("desc", "")]);
    let recorded =
        request.clone().file(FilePart::new("a.pcm", "sound")).sample_rate(16_000_u32).channel(1_u32);
    assert_eq!(recorded.validate(), []);
    let file = ("file", "a.pcm; application/octet-stream; sound");
    filled(&recorded, line, &[file, ("sample_rate", "16000"), ("channel", "1")]);
    let changed = decode::<UpdateVoiceprintFeature>(&fixture!("update_voiceprint"));
    assert_eq!(changed, Some(VoiceprintFeature::new("751386528331282****")));
    assert_eq!(decode::<UpdateVoiceprintFeature>(&done()), None);
}

#[test]
fn delete_feature() {
    Row {
        request: DeleteVoiceprintFeature::new("75119884085462", "75119956441531"),
        line: "DELETE /v1/audio/voiceprint_groups/75119884085462/features/75119956441531",
        body: Value::Null,
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn list_features() {
    let page = Row {
        request: ListVoiceprintFeatures::new("7511988408546279468"),
        line: "GET /v1/audio/voiceprint_groups/7511988408546279468/features?page_num=1&page_size=10",
        body: Value::Null,
        answer: fixture!("list_voiceprint"),
        payload: "/data",
    }
    .check();
    let [feature] = &page.items[..] else { panic!("{page:?}") };
    let mut expected = VoiceprintFeature::new("7511995644152****");
    expected.name = Some("test_feature".to_owned());
    expected.desc = Some("This is a test feature".to_owned());
    expected.group_id = Some("75119884085462***".into());
    expected.audio_url.clone_from(&feature.audio_url);
    expected.icon_url.clone_from(&feature.icon_url);
    assert!(feature.audio_url.is_some() && feature.icon_url.is_some());
    let mut user = creator();
    user.avatar_url = feature.user_info.as_ref().unwrap().avatar_url.clone();
    expected.user_info = Some(user);
    expected.created_at = Some(Timestamp::from_unix(1_749_024_396));
    expected.updated_at = Some(Timestamp::from_unix(1_749_024_396));
    assert_eq!(*feature, expected);
    // One of one: there is no other page.
    let mut pager = Pager::new(ListVoiceprintFeatures::new("1"));
    assert_eq!((pager.turn(page).len(), pager.next_request()), (1, None));
    let mut pager = Pager::new(ListVoiceprintFeatures::new("1"));
    pager.turn(serde_json::from_value(json!({ "items": [{ "id": 1 }], "total": 2 })).unwrap());
    assert_eq!(pager.next_request().unwrap().page_num, 2);
}

#[test]
fn identify() {
    let line = "POST /v1/audio/voiceprint_groups/7513864977189/speaker_identify";
    let request = IdentifySpeaker::new("7513864977189").file(wav());
    assert_eq!(request.validate(), []);
    let file = ("file", "test_1.wav; audio/wav; sound");
    filled(&request, line, &[file]);
    let request = request.top_k(5_u32).sample_rate(8_000_u32).channel(2_u32);
    // WAV says for itself what it is.
    assert_eq!(request.validate(), []);
    filled(&request, line, &[file, ("top_k", "5"), ("sample_rate", "8000"), ("channel", "2")]);
    let scores = decode::<IdentifySpeaker>(&fixture!("identify_voiceprint"));
    let mut expected = FeatureScore::new("7513865283312***");
    expected.feature_name = Some("妈妈的声音".to_owned());
    expected.feature_desc = Some("妈妈的声音".to_owned());
    expected.score = Some(23.139_079_321_463_843);
    assert_eq!(scores.feature_score_list, [expected]);
    survives(&scores);
    let nobody = decode::<IdentifySpeaker>(&json!({ "code": 0, "data": { "feature_score_list": null } }));
    assert!(nobody.feature_score_list.is_empty());
}
