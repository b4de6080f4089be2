import com.coze.openapi.client.dataset.CreateDatasetReq;
import com.coze.openapi.client.dataset.DeleteDatasetReq;
import com.coze.openapi.client.dataset.ListDatasetReq;
import com.coze.openapi.client.dataset.ProcessDatasetReq;
import com.coze.openapi.client.dataset.UpdateDatasetReq;
import com.coze.openapi.client.dataset.document.CreateDocumentReq;
import com.coze.openapi.client.dataset.document.DeleteDocumentReq;
import com.coze.openapi.client.dataset.document.ListDocumentReq;
import com.coze.openapi.client.dataset.document.UpdateDocumentReq;
import com.coze.openapi.client.dataset.document.model.Document;
import com.coze.openapi.client.dataset.document.model.DocumentBase;
import com.coze.openapi.client.dataset.document.model.DocumentChunkStrategy;
import com.coze.openapi.client.dataset.document.model.DocumentFormatType;
import com.coze.openapi.client.dataset.image.ListImageReq;
import com.coze.openapi.client.dataset.image.UpdateImageReq;
import com.coze.openapi.client.dataset.image.model.Image;
import com.coze.openapi.client.dataset.model.DocumentProgress;
import com.coze.openapi.client.files.UploadFileReq;
import com.coze.openapi.service.service.CozeAPI;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Datasets with their documents and images. */
final class Datasets {
  private final CozeAPI coze = Harness.client();
  /** Tells the datasets of this run from those of others. */
  private final String run = "java " + System.nanoTime() + " ";

  void register(Harness harness) {
    harness.check("datasets.create", () -> Harness.isId(dataset("created", DocumentFormatType.DOCUMENT)));
    harness.check("datasets.list", this::list);
    harness.check("datasets.update", this::update);
    harness.check("datasets.delete", this::delete);
    harness.check("datasets.process", this::process);
    harness.check("datasets.documents.create", this::createDocument);
    harness.check("datasets.documents.list", this::listDocuments);
    harness.check("datasets.documents.update", this::updateDocument);
    harness.check("datasets.documents.delete", this::deleteDocument);
    harness.check("datasets.images.list", this::listImages);
    harness.check("datasets.images.update", this::updateImage);
  }

  private String dataset(String name, DocumentFormatType type) {
    CreateDatasetReq request =
        CreateDatasetReq.builder().name(run + name).spaceID(Harness.SPACE).formatType(type).build();
    return coze.datasets().create(request).getDatasetID();
  }

  /** The names of the datasets whose names contain a text. */
  private List<String> named(String text) {
    ListDatasetReq request =
        ListDatasetReq.builder().spaceID(Harness.SPACE).name(run + text).pageNum(1).pageSize(2).build();
    List<String> names = new ArrayList<>();
    coze.datasets().list(request).getIterator().forEachRemaining(dataset -> names.add(dataset.getName().substring(run.length())));
    return names;
  }

  private void list() {
    for (String name : List.of("one", "two", "three")) {
      dataset(name, DocumentFormatType.DOCUMENT);
    }
    Harness.require(named("").containsAll(List.of("one", "two", "three")), named(""));
    Harness.equal(named("two"), List.of("two"));
  }

  private void update() {
    UpdateDatasetReq request =
        UpdateDatasetReq.builder()
            .datasetID(dataset("before", DocumentFormatType.DOCUMENT))
            .name(run + "after")
            .description("changed")
            .build();
    coze.datasets().update(request);
    Harness.equal(named("after"), List.of("after"));
  }

  private void delete() {
    String id = dataset("deleted", DocumentFormatType.DOCUMENT);
    coze.datasets().delete(DeleteDatasetReq.builder().datasetID(id).build());
    Harness.equal(named("deleted"), List.of());
  }

  /** Adds a document of text, or of a picture. */
  private Document document(String dataset, DocumentFormatType type, DocumentBase base) {
    CreateDocumentReq request =
        CreateDocumentReq.builder()
            .datasetID(Long.valueOf(dataset))
            .documentBases(Collections.singletonList(base))
            .chunkStrategy(DocumentChunkStrategy.buildAuto())
            .formatType(type)
            .build();
    return coze.datasets().documents().create(request).getDocumentInfos().get(0);
  }

  private Document text(String dataset) {
    DocumentBase base = DocumentBase.buildLocalFile("greeting", "hello", "txt");
    return document(dataset, DocumentFormatType.DOCUMENT, base);
  }

  private List<String> documents(String dataset) {
    List<String> names = new ArrayList<>();
    ListDocumentReq request = ListDocumentReq.builder().datasetID(Long.valueOf(dataset)).build();
    coze.datasets().documents().list(request).getIterator().forEachRemaining(each -> names.add(each.getName()));
    return names;
  }

  private void process() {
    String dataset = dataset("processed", DocumentFormatType.DOCUMENT);
    String document = text(dataset).getDocumentID();
    ProcessDatasetReq request =
        ProcessDatasetReq.builder().datasetID(dataset).documentIDs(List.of(document)).build();
    List<DocumentProgress> progress = coze.datasets().process(request).getData();
    Harness.equal(progress.size(), 1);
    Harness.equal(progress.get(0).getDocumentID(), document);
  }

  private void createDocument() {
    Document document = text(dataset("of documents", DocumentFormatType.DOCUMENT));
    Harness.isId(document.getDocumentID());
    Harness.equal(document.getName(), "greeting");
  }

  private void listDocuments() {
    String dataset = dataset("of documents", DocumentFormatType.DOCUMENT);
    text(dataset);
    Harness.equal(documents(dataset), List.of("greeting"));
  }

  private void updateDocument() {
    String dataset = dataset("of documents", DocumentFormatType.DOCUMENT);
    UpdateDocumentReq request =
        UpdateDocumentReq.builder()
            .documentID(Long.valueOf(text(dataset).getDocumentID()))
            .documentName("farewell")
            .build();
    coze.datasets().documents().update(request);
    Harness.equal(documents(dataset), List.of("farewell"));
  }

  private void deleteDocument() {
    String dataset = dataset("of documents", DocumentFormatType.DOCUMENT);
    Long document = Long.valueOf(text(dataset).getDocumentID());
    coze.datasets().documents().delete(DeleteDocumentReq.builder().documentIDs(List.of(document)).build());
    Harness.equal(documents(dataset), List.of());
  }

  /** Adds a picture; the first one of a dataset takes a field that the client does not have. */
  private String image(String dataset, String name) throws IOException {
    String file = coze.files().upload(UploadFileReq.of(name, Media.picture())).getFileInfo().getID();
    DocumentBase base = DocumentBase.buildImage(name, Long.valueOf(file));
    if (images(dataset).isEmpty()) {
      String body =
          "{\"dataset_id\":\"%s\",\"format_type\":2,\"chunk_strategy\":{\"caption_type\":1},"
              + "\"document_bases\":[{\"name\":\"%s\",\"source_info\":{\"source_file_id\":\"%s\",\"document_source\":5}}]}";
      Harness.post("/open_api/knowledge/document/create", String.format(body, dataset, name, file));
      return images(dataset).get(0).getDocumentID();
    }
    return document(dataset, DocumentFormatType.IMAGE, base).getDocumentID();
  }

  private List<Image> images(String dataset) {
    List<Image> images = new ArrayList<>();
    ListImageReq request = ListImageReq.builder().datasetID(dataset).pageNum(1).pageSize(10).build();
    coze.datasets().images().list(request).getIterator().forEachRemaining(images::add);
    return images;
  }

  private void listImages() throws IOException {
    String dataset = dataset("of pictures", DocumentFormatType.IMAGE);
    Set<String> names = Set.of("cat.png", "dog.png");
    for (String name : names) {
      image(dataset, name);
    }
    Harness.equal(images(dataset).stream().map(Image::getName).collect(Collectors.toSet()), names);
  }

  private void updateImage() throws IOException {
    String dataset = dataset("of pictures", DocumentFormatType.IMAGE);
    UpdateImageReq request =
        UpdateImageReq.builder()
            .datasetID(dataset)
            .documentID(image(dataset, "cat.png"))
            .caption("a cat")
            .build();
    coze.datasets().images().update(request);
    Harness.equal(images(dataset).get(0).getCaption(), "a cat");
  }
}
