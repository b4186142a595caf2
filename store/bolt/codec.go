package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/fxamacker/cbor/v2"

	"mediawatch/store"
)

// frameVersion is the first byte of every value. A reader refuses any other.
const frameVersion = 1

// frameSize is what a frame adds to a payload: version byte and sum.
const frameSize = 1 + crc32.Size

// castagnoli is CRC-32C, which finds every error of up to 3 bits in values of up to 256 MiB and has an instruction on common processors.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// frameSum covers the bucket, the key and the value, so that a value that is found under a damaged key, or in
// another bucket, is found out too.
func frameSum(b bucket, key, body []byte) uint32 {
	tag := [1]byte{byte(b)}
	sum := crc32.Update(0, castagnoli, tag[:])
	sum = crc32.Update(sum, castagnoli, key)
	return crc32.Update(sum, castagnoli, body)
}

// seal appends the frame of payload to dst: version, payload, CRC-32C (little endian).
func seal(dst []byte, b bucket, key, payload []byte) []byte {
	from := len(dst)
	dst = append(dst, frameVersion)
	dst = append(dst, payload...)
	return binary.LittleEndian.AppendUint32(dst, frameSum(b, key, dst[from:]))
}

// unseal returns the payload of a value, or an error wrapping store.ErrDamaged. The payload is only valid while the transaction is.
func unseal(b bucket, key, value []byte) ([]byte, error) {
	if len(value) < frameSize {
		return nil, damaged(b, key, "cut short")
	}
	body := value[:len(value)-crc32.Size]
	if binary.LittleEndian.Uint32(value[len(body):]) != frameSum(b, key, body) {
		return nil, damaged(b, key, "its checksum does not hold")
	}
	if body[0] != frameVersion {
		return nil, fmt.Errorf("record %x in %s has format %d: %w", key, b, body[0], store.ErrSchema)
	}
	return body[1:], nil
}

// damaged says what is wrong with a record.
func damaged(b bucket, key []byte, what string) error {
	return fmt.Errorf("record %x in %s: %s: %w", key, b, what, store.ErrDamaged)
}

// codec turns records into payloads and back. Records are CBOR maps with small integer keys, so that a field can be added without a
// new format; what a reader does not know it skips.
type codec struct {
	enc cbor.UserBufferEncMode
	dec cbor.DecMode
}

func newCodec() (*codec, error) {
	enc, err := cbor.EncOptions{}.UserBufferEncMode()
	if err != nil {
		return nil, fmt.Errorf("set up the record writer: %w", err)
	}
	dec, err := cbor.DecOptions{MaxArrayElements: 1 << 24, MaxMapPairs: 1 << 20}.DecMode()
	if err != nil {
		return nil, fmt.Errorf("set up the record reader: %w", err)
	}
	return &codec{enc: enc, dec: dec}, nil
}

func (c *codec) marshal(buf *bytes.Buffer, v any) error {
	if err := c.enc.MarshalToBuffer(v, buf); err != nil {
		return fmt.Errorf("encode %T: %w: %w", v, store.ErrInvalid, err)
	}
	return nil
}

func (c *codec) unmarshal(b bucket, key, payload []byte, v any) error {
	if err := c.dec.Unmarshal(payload, v); err != nil {
		return damaged(b, key, err.Error())
	}
	return nil
}

// zeroMicro is the zero time.Time in microseconds since 1970, so that it is kept as 0.
const zeroMicro = -62135596800 * 1_000_000

// micros is t in microseconds since the zero time; 0 is the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro() - zeroMicro
}

// fromMicros is the inverse of micros, in UTC.
func fromMicros(m int64) time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMicro(m + zeroMicro).UTC()
}

// keptTime is t as it comes back from the store.
func keptTime(t time.Time) time.Time { return fromMicros(micros(t)) }
