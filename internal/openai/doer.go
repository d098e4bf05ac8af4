package openai

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

const (
	tries   = 3
	pause   = 500 * time.Millisecond // before the second try; twice as long before the third
	maxWait = 20 * time.Second       // for an endpoint that asks to be asked later
)

// A doer sends the library's requests. The library knows no retries, and reads
// answers of any length and for any time; a doer hands it none but whole
// answers that say all went well.
type doer struct {
	http   *http.Client
	host   string
	limits limits
}

// Do sends the request, and sends it again if the endpoint is busy, out of
// order or hangs up. Its errors are Failures.
func (d *doer) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	body = bytes.Replace(body, []byte(leastTemperature), []byte(`"temperature":0`), 1)
	for try := 1; ; try++ {
		resp, f, after := d.once(r, body)
		if f == nil {
			return resp, nil
		}
		f.Host = d.host
		if try == tries || after < 0 {
			return nil, f
		}
		wait := max(after, time.Duration(float64(pause)*float64(int(1)<<(try-1))*(0.75+rand.Float64()/2)))
		if deadline, ok := r.Context().Deadline(); ok && time.Until(deadline) < wait || after > maxWait {
			return nil, f // nobody will be there to hear the answer
		}
		select {
		case <-r.Context().Done():
			return nil, f
		case <-time.After(wait):
		}
	}
}

// once tries one time. after is how long to wait at least before the next try,
// and less than nothing if there is no point in one.
func (d *doer) once(r *http.Request, body []byte) (resp *http.Response, f *Failure, after time.Duration) {
	ctx, cancel := context.WithTimeout(r.Context(), d.limits.time)
	defer cancel()
	r = r.Clone(ctx)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp, err := d.http.Do(r)
	if err != nil {
		return nil, ofTransport(err), d.again(err)
	}
	defer resp.Body.Close()
	if f := ofStatus(resp.StatusCode); f != nil {
		if f.Why != Busy && f.Why != Down {
			return nil, f, -1
		}
		if after = retryAfter(resp.Header.Get("Retry-After")); after > 0 {
			f.Detail += fmt.Sprintf(", again in %v", after)
		}
		return nil, f, after
	}
	text, err := io.ReadAll(&bounded{resp.Body, d.limits.body})
	if err != nil {
		return nil, ofTransport(err), d.again(err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(text))
	return resp, nil, 0
}

// again tells when to try again after an error: at once if a connection broke,
// and never if there was none, or no time.
func (d *doer) again(err error) time.Duration {
	if f := ofTransport(err); f.Why == Unreachable && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || f.Detail == "the connection broke") {
		return 0
	}
	return -1
}

// retryAfter reads the header of that name, in seconds or as a date.
func retryAfter(text string) time.Duration {
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return time.Duration(min(n, 86400)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at)).Round(time.Second)
	}
	return 0
}

// bounded reads up to so many bytes, and then fails.
type bounded struct {
	io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, &Failure{Why: Huge}
	}
	n, err := b.Reader.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, &Failure{Why: Huge}
	}
	return n, err
}
