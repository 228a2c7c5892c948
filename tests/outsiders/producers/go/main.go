// What the Go SDK makes of an event: a line of JSON for each way to call it.
package main

import (
	"context"
	"encoding/json"
	"io"
	"os"

	"github.com/IBM/sarama"
	kafka "github.com/cloudevents/sdk-go/protocol/kafka_sarama/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"
)

type said struct {
	Way     string     `json:"way"`
	Mode    string     `json:"mode"`
	Key     []byte     `json:"key"`
	Value   []byte     `json:"value"`
	Headers [][]string `json:"headers"`
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	given, err := io.ReadAll(os.Stdin)
	must(err)
	var plain event.Event
	must(json.Unmarshal(given, &plain))
	var data map[string]any
	must(json.Unmarshal(plain.Data(), &data))
	ways := []struct {
		name string
		data any
	}{{"map", data}, {"bytes", plain.Data()}, {"string", string(plain.Data())}}
	for _, way := range ways {
		for _, mode := range []string{"binary", "structured"} {
			one := plain.Clone()
			one.SetExtension("partitionkey", "story-1")
			must(one.SetData(event.ApplicationJSON, way.data))
			how := binding.WithForceBinary(context.Background())
			if mode == "structured" {
				how = binding.WithForceStructured(context.Background())
			}
			var made sarama.ProducerMessage
			must(kafka.WriteProducerMessage(how, (*binding.EventMessage)(&one), &made))
			line := said{Way: way.name, Mode: mode, Headers: [][]string{}}
			if made.Key != nil {
				line.Key, err = made.Key.Encode()
				must(err)
			}
			line.Value, err = made.Value.Encode()
			must(err)
			for _, header := range made.Headers {
				text, err := json.Marshal(header.Value)
				must(err)
				var encoded string
				must(json.Unmarshal(text, &encoded))
				line.Headers = append(line.Headers, []string{string(header.Key), encoded})
			}
			must(json.NewEncoder(os.Stdout).Encode(line))
		}
	}
}
