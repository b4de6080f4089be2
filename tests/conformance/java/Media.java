import com.coze.openapi.client.audio.common.AudioFormat;
import com.coze.openapi.client.audio.rooms.CreateRoomReq;
import com.coze.openapi.client.audio.rooms.CreateRoomResp;
import com.coze.openapi.client.audio.speech.CreateSpeechReq;
import com.coze.openapi.client.audio.transcriptions.CreateTranscriptionsReq;
import com.coze.openapi.client.audio.voices.CloneVoiceReq;
import com.coze.openapi.client.audio.voices.ListVoiceReq;
import com.coze.openapi.client.files.RetrieveFileReq;
import com.coze.openapi.client.files.UploadFileReq;
import com.coze.openapi.client.files.model.FileInfo;
import com.coze.openapi.service.service.CozeAPI;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

/** Files and sound. */
final class Media {
  private final CozeAPI coze = Harness.client();

  void register(Harness harness) {
    harness.check("files.upload", this::upload);
    harness.check("files.retrieve", this::retrieve);
    harness.check("audio.voices.list", this::voices);
    harness.check("audio.voices.clone", this::cloneVoice);
    harness.check("audio.speech.create", this::speech);
    harness.check("audio.transcription.create", this::transcription);
    harness.check("audio.rooms.create", this::room);
  }

  /** A WAV file of half a second of silence. */
  private static byte[] sound() throws IOException {
    javax.sound.sampled.AudioFormat format = new javax.sound.sampled.AudioFormat(16_000, 16, 1, true, false);
    byte[] silence = new byte[16_000];
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    AudioInputStream samples = new AudioInputStream(new ByteArrayInputStream(silence), format, silence.length / 2);
    AudioSystem.write(samples, AudioFileFormat.Type.WAVE, file);
    return file.toByteArray();
  }

  /** The first bytes of a PNG file. */
  static byte[] picture() {
    ByteBuffer file = ByteBuffer.allocate(8 + 8 + 10);
    file.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    file.putInt(13).put("IHDR".getBytes(StandardCharsets.US_ASCII));
    file.putInt(640).putInt(480).put((byte) 8).put((byte) 6);
    return file.array();
  }

  private String voice() {
    return coze.audio().voices().list(ListVoiceReq.builder().build()).getItems().get(0).getVoiceID();
  }

  private void upload() throws IOException {
    FileInfo file = coze.files().upload(UploadFileReq.of("照片.png", picture())).getFileInfo();
    Harness.isId(file.getID());
    Harness.equal(file.getFileName(), "照片.png");
    Harness.equal(file.getBytes(), picture().length);
    Path path = Files.createTempFile("upload", ".csv");
    Files.write(path, "hello".getBytes(StandardCharsets.UTF_8));
    Harness.equal(coze.files().upload(UploadFileReq.of(path.toString())).getFileInfo().getBytes(), 5);
    Files.delete(path);
  }

  private void retrieve() {
    FileInfo file = coze.files().upload(UploadFileReq.of("a.csv", new byte[] {'a'})).getFileInfo();
    Harness.equal(coze.files().retrieve(RetrieveFileReq.of(file.getID())).getFileInfo(), file);
  }

  private void voices() {
    ListVoiceReq request = ListVoiceReq.builder().filterSystemVoice(false).pageSize(1).build();
    int[] count = {0};
    coze.audio().voices().list(request).getIterator().forEachRemaining(voice -> count[0]++);
    Harness.require(count[0] > 1, count[0] + " voices");
  }

  private void cloneVoice() throws IOException {
    Path path = Files.createTempFile("voice", ".wav");
    Files.write(path, sound());
    CloneVoiceReq request =
        CloneVoiceReq.builder()
            .voiceName("mine")
            .filePath(path.toString())
            .audioFormat(AudioFormat.WAV)
            .build();
    Harness.isId(coze.audio().voices().clone(request).getVoiceID());
    Files.delete(path);
  }

  private void speech() throws IOException {
    CreateSpeechReq request = CreateSpeechReq.builder().input("你好").voiceID(voice()).build();
    Path path = Files.createTempFile("speech", ".mp3");
    coze.audio().speech().create(request).writeToFile(path.toString());
    Harness.require(Files.size(path) > 100, Files.size(path) + " bytes");
    Files.delete(path);
  }

  private void transcription() throws IOException {
    CreateTranscriptionsReq request = CreateTranscriptionsReq.of("voice.wav", sound());
    String text = coze.audio().transcription().create(request).getText();
    Harness.require(text != null, "no text");
  }

  private void room() {
    CreateRoomResp room = coze.audio().rooms().create(CreateRoomReq.builder().botID(Harness.DEMO).build());
    for (String value : new String[] {room.getRoomID(), room.getAppID(), room.getToken(), room.getUid()}) {
      Harness.require(value != null && !value.isEmpty(), room);
    }
  }
}
