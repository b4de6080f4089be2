package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	coze "github.com/coze-dev/coze-go"
)

// thisRun tells the datasets of this run from those of others.
var thisRun = fmt.Sprintf("go %d ", time.Now().UnixNano())

// registerDatasets is about datasets with their documents and images.
func registerDatasets() {
	datasets := client.Datasets
	check("Datasets.Create", func() { isID(dataset("made", coze.DocumentFormatTypeDocument)) })
	check("Datasets.List", func() {
		made := dataset("listed", coze.DocumentFormatTypeDocument)
		for _, each := range all[coze.Dataset](datasets.List(ctx, coze.NewListDatasetsReq(space))) {
			if each.ID == made {
				return
			}
		}
		panic("it is not listed")
	})
	check("Datasets.Update", func() {
		id := dataset("before", coze.DocumentFormatTypeDocument)
		must(datasets.Update(ctx, &coze.UpdateDatasetsReq{DatasetID: id, Name: thisRun + "after"}))
		contains(named("after"), id)
	})
	check("Datasets.Delete", func() {
		id := dataset("deleted", coze.DocumentFormatTypeDocument)
		must(datasets.Delete(ctx, &coze.DeleteDatasetsReq{DatasetID: id}))
		require(!strings.Contains(named("deleted"), id), "it is still there")
	})
	check("Datasets.Process", func() {
		id := dataset("processed", coze.DocumentFormatTypeDocument)
		made := text(id).DocumentID
		request := &coze.ProcessDocumentsReq{DatasetID: id, DocumentIDs: []string{made}}
		equal(must(datasets.Process(ctx, request)).Data[0].DocumentID, made)
	})
	check("Datasets.Documents.Create", func() {
		made := text(dataset("of documents", coze.DocumentFormatTypeDocument))
		isID(made.DocumentID)
		equal(made.Name, "greeting")
	})
	check("Datasets.Documents.List", func() {
		id := dataset("of documents", coze.DocumentFormatTypeDocument)
		text(id)
		equal(documents(id), "greeting")
	})
	check("Datasets.Documents.Update", func() {
		id := dataset("of documents", coze.DocumentFormatTypeDocument)
		must(datasets.Documents.Update(ctx, &coze.UpdateDatasetsDocumentsReq{
			DocumentID: number(text(id).DocumentID), DocumentName: "farewell",
		}))
		equal(documents(id), "farewell")
	})
	check("Datasets.Documents.Delete", func() {
		id := dataset("of documents", coze.DocumentFormatTypeDocument)
		made := number(text(id).DocumentID)
		must(datasets.Documents.Delete(ctx, &coze.DeleteDatasetsDocumentsReq{DocumentIDs: []int64{made}}))
		equal(documents(id), "")
	})
	check("Datasets.Images.List", func() {
		id := dataset("of pictures", coze.DocumentFormatTypeImage)
		image(id)
		equal(images(id)[0].Name, "cat.png")
	})
	check("Datasets.Images.Update", func() {
		id := dataset("of pictures", coze.DocumentFormatTypeImage)
		image(id)
		must(datasets.Images.Update(ctx, &coze.UpdateDatasetImageReq{
			DatasetID: id, DocumentID: images(id)[0].DocumentID, Caption: pointer("a cat"),
		}))
		equal(images(id)[0].Caption, "a cat")
	})
}

func dataset(name string, format coze.DocumentFormatType) string {
	request := &coze.CreateDatasetsReq{Name: thisRun + name, SpaceID: space, FormatType: format}
	return must(client.Datasets.Create(ctx, request)).DatasetID
}

// named returns what is told of the datasets of a name.
func named(name string) string {
	query := url.Values{"space_id": {space}, "name": {thisRun + name}}.Encode()
	return send(must(http.NewRequest(http.MethodGet, base+"/v1/datasets?"+query, nil)))
}

// number reads an id, which the endpoints of documents are sent as a number.
func number(id string) int64 {
	return must(strconv.ParseInt(id, 10, 64))
}

func text(dataset string) *coze.Document {
	source := &coze.DocumentSourceInfo{
		FileBase64: pointer(base64.StdEncoding.EncodeToString([]byte("hello"))), FileType: pointer("txt"),
	}
	return must(client.Datasets.Documents.Create(ctx, &coze.CreateDatasetsDocumentsReq{
		DatasetID:     number(dataset),
		DocumentBases: []*coze.DocumentBase{{Name: "greeting", SourceInfo: source}},
		ChunkStrategy: &coze.DocumentChunkStrategy{ChunkType: 0},
		FormatType:    coze.DocumentFormatTypeDocument,
	})).DocumentInfos[0]
}

func documents(dataset string) string {
	request := &coze.ListDatasetsDocumentsReq{DatasetID: number(dataset), Page: 1, Size: 10}
	var names []string
	for _, each := range all[coze.Document](client.Datasets.Documents.List(ctx, request)) {
		names = append(names, each.Name)
	}
	return strings.Join(names, " ")
}

// image adds the first picture of a dataset, which takes a field that the client does not have.
func image(dataset string) {
	body := fmt.Sprintf(`{"dataset_id":"%s","format_type":2,"chunk_strategy":{"caption_type":1},"document_bases":[`+
		`{"name":"cat.png","source_info":{"source_file_id":"%s","document_source":5}}]}`,
		dataset, upload("cat.png", picture()).ID)
	path := base + "/open_api/knowledge/document/create"
	request := must(http.NewRequest(http.MethodPost, path, strings.NewReader(body)))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Agw-Js-Conv", "str")
	send(request)
}

func images(dataset string) []*coze.Image {
	request := &coze.ListDatasetsImagesReq{DatasetID: dataset, PageNum: 1, PageSize: 10}
	return all[coze.Image](client.Datasets.Images.List(ctx, request))
}
