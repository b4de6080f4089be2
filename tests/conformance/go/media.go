package main

import (
	"bytes"
	"encoding/binary"
	"io"

	coze "github.com/coze-dev/coze-go"
)

// registerMedia is about files and sound.
func registerMedia() {
	audio := client.Audio
	check("Files.Upload", func() {
		file := upload("照片.png", picture())
		isID(file.ID)
		equal(file.FileName, "照片.png")
		equal(file.Bytes, len(picture()))
	})
	check("Files.Retrieve", func() {
		file := upload("a.csv", []byte("a"))
		equal(must(client.Files.Retrieve(ctx, &coze.RetrieveFilesReq{FileID: file.ID})).FileInfo, file)
	})
	check("Audio.Voices.List", func() {
		request := &coze.ListAudioVoicesReq{PageNum: 1, PageSize: 1}
		require(len(all[coze.Voice](audio.Voices.List(ctx, request))) > 1, "too few voices")
	})
	check("Audio.Voices.Clone", func() {
		request := &coze.CloneAudioVoicesReq{
			VoiceName: "mine", File: bytes.NewReader(sound()), AudioFormat: coze.AudioFormatWAV,
		}
		isID(must(audio.Voices.Clone(ctx, request)).VoiceID)
	})
	check("Audio.Speech.Create", func() {
		voices := must(audio.Voices.List(ctx, &coze.ListAudioVoicesReq{PageNum: 1, PageSize: 1}))
		request := &coze.CreateAudioSpeechReq{Input: "你好", VoiceID: voices.Items()[0].VoiceID}
		speech := must(audio.Speech.Create(ctx, request)).Data
		defer speech.Close()
		require(len(must(io.ReadAll(speech))) > 100, "no sound")
	})
	check("Audio.Transcriptions.Create", func() {
		request := &coze.AudioSpeechTranscriptionsReq{Filename: "voice.wav", Audio: bytes.NewReader(sound())}
		require(must(audio.Transcriptions.Create(ctx, request)).Data.Text != "", "no text")
	})
	check("Audio.Rooms.Create", func() {
		room := must(audio.Rooms.Create(ctx, &coze.CreateAudioRoomsReq{BotID: demo}))
		for _, value := range []string{room.RoomID, room.AppID, room.Token, room.UID} {
			require(value != "", "the room lacks something")
		}
	})
	check("Audio.Live.Retrieve", func() {
		// Each room of the simulator is a live.
		room := must(audio.Rooms.Create(ctx, &coze.CreateAudioRoomsReq{BotID: demo}))
		live := must(audio.Live.Retrieve(ctx, &coze.RetrieveAudioLiveReq{LiveID: room.RoomID}))
		equal(live.AppID, room.AppID)
	})
	registerVoiceprints()
}

// registerVoiceprints is about groups of people who are known by their voices.
func registerVoiceprints() {
	groups := client.Audio.VoiceprintGroups
	check("Audio.VoiceprintGroups.Create", func() { isID(group("made")) })
	check("Audio.VoiceprintGroups.List", func() {
		id := group("listed")
		request := &coze.ListVoicePrintGroupReq{GroupID: pointer(id), PageNum: 1, PageSize: 10}
		equal(all[coze.VoicePrintGroup](groups.List(ctx, request))[0].Name, "listed")
	})
	check("Audio.VoiceprintGroups.Update", func() {
		must(groups.Update(ctx, &coze.UpdateVoicePrintGroupReq{GroupID: group("before"), Name: pointer("after")}))
	})
	check("Audio.VoiceprintGroups.Delete", func() {
		must(groups.Delete(ctx, &coze.DeleteVoicePrintGroupReq{GroupID: group("deleted")}))
	})
	check("Audio.VoiceprintGroups.Features.Create", func() { isID(feature(group("of voices"))) })
	check("Audio.VoiceprintGroups.Features.List", func() {
		id := group("of voices")
		made := feature(id)
		request := &coze.ListVoicePrintGroupFeatureReq{GroupID: id, PageNum: 1, PageSize: 10}
		equal(all[coze.VoicePrintGroupFeature](groups.Features.List(ctx, request))[0].ID, made)
	})
	check("Audio.VoiceprintGroups.Features.Update", func() {
		id := group("of voices")
		file := coze.NewUploadFile(bytes.NewReader(sound()), "voice.wav")
		must(groups.Features.Update(ctx, &coze.UpdateVoicePrintGroupFeatureReq{
			GroupID: id, FeatureID: feature(id), Name: pointer("after"), File: &file,
		}))
	})
	check("Audio.VoiceprintGroups.Features.Delete", func() {
		id := group("of voices")
		must(groups.Features.Delete(ctx, &coze.DeleteVoicePrintGroupFeatureReq{GroupID: id, FeatureID: feature(id)}))
	})
}

func group(name string) string {
	return must(client.Audio.VoiceprintGroups.Create(ctx, &coze.CreateVoicePrintGroupReq{Name: name})).ID
}

func feature(group string) string {
	return must(client.Audio.VoiceprintGroups.Features.Create(ctx, &coze.CreateVoicePrintGroupFeatureReq{
		GroupID: group, Name: "me", File: coze.NewUploadFile(bytes.NewReader(sound()), "voice.wav"),
	})).ID
}

func upload(name string, content []byte) coze.FileInfo {
	request := &coze.UploadFilesReq{File: coze.NewUploadFile(bytes.NewReader(content), name)}
	return must(client.Files.Upload(ctx, request)).FileInfo
}

// sound returns a WAV file of half a second of silence.
func sound() []byte {
	const rate, samples = 16000, 8000
	file := &bytes.Buffer{}
	write := func(values ...any) {
		for _, value := range values {
			must(0, binary.Write(file, binary.LittleEndian, value))
		}
	}
	write([]byte("RIFF"), uint32(36+2*samples), []byte("WAVEfmt "), uint32(16))
	write(uint16(1), uint16(1), uint32(rate), uint32(2*rate), uint16(2), uint16(16))
	write([]byte("data"), uint32(2*samples), make([]byte, 2*samples))
	return file.Bytes()
}

// picture returns the first bytes of a PNG file.
func picture() []byte {
	file := bytes.NewBufferString("\x89PNG\r\n\x1a\n")
	must(0, binary.Write(file, binary.BigEndian, uint32(13)))
	file.WriteString("IHDR")
	must(0, binary.Write(file, binary.BigEndian, [2]uint32{640, 480}))
	file.Write([]byte{8, 6})
	return file.Bytes()
}
