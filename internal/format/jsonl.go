package format

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// readSignalsJSON reads JSON lines. Objects may differ in their keys; it is an
// error if those that are whole in head have no text at all.
func readSignalsJSON(r io.Reader, head []byte, chosen map[string]string) (iter.Seq2[Signal, *Reject], error) {
	if len(bytes.TrimSpace(head)) == 0 {
		return nil, errors.New("the file is empty; it must hold a JSON object on each line")
	}
	if keys, ok := keysWithoutText(head, chosen); ok {
		return nil, noText(keys)
	}
	lines := newLineReader(r)
	return func(yield func(Signal, *Reject) bool) {
		for {
			l, err := lines.next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(Signal{}, stopped(lines, err))
				return
			}
			if !l.long && strings.TrimSpace(l.text) == "" {
				continue
			}
			sig, fault := signalOf(l, chosen)
			if !yieldSignal(yield, sig, fault) {
				return
			}
		}
	}, nil
}

// keysWithoutText returns the keys of the objects in head if there are any objects
// and none has a key for text.
func keysWithoutText(head []byte, chosen map[string]string) (keys []string, ok bool) {
	for l := range bytes.Lines(head) {
		obj, err := object(string(l))
		if err != nil {
			continue
		}
		own := slices.Sorted(maps.Keys(obj))
		if match(own, signalFields, chosen).has("text") {
			return nil, false
		}
		for _, key := range own {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys, len(keys) > 0
}

// signalOf reads one line; fault tells why it holds no signal, if so.
func signalOf(l line, chosen map[string]string) (sig Signal, fault string) {
	sig.Line = l.no
	switch {
	case l.long:
		return sig, faultLong
	case !utf8.ValidString(l.text):
		return sig, faultInvalid
	}
	obj, err := object(l.text)
	if err != nil {
		return sig, fmt.Sprintf("the line is not a JSON object: %v", err)
	}
	keys := slices.Sorted(maps.Keys(obj))
	cols := match(keys, signalFields, chosen)
	for _, f := range signalFields {
		i, ok := cols[f[0]]
		if !ok {
			continue
		}
		value, err := scalar(obj[keys[i]])
		if err != nil {
			return sig, fmt.Sprintf("%.80q %v", keys[i], err)
		}
		sig.set(f[0], value)
	}
	return sig, sig.fault()
}

func object(text string) (map[string]json.RawMessage, error) {
	var obj map[string]json.RawMessage
	err := json.Unmarshal([]byte(text), &obj)
	if err == nil && obj == nil {
		err = errors.New("it is null")
	}
	return obj, err
}

// scalar returns a JSON value as text: strings as they are, numbers and bools as
// they are written, null as nothing.
func scalar(raw json.RawMessage) (text string, err error) {
	switch raw[0] {
	case '"':
		err = json.Unmarshal(raw, &text)
		return text, err
	case '{':
		return "", errors.New("is an object; write its text as a string")
	case '[':
		return "", errors.New("is an array; write its text as a string")
	case 'n':
		return "", nil
	}
	return string(raw), nil
}
