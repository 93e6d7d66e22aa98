// The judge of our proof, of another make: Go's own checksum database (golang.org/x/mod/sumdb), as it comes with Go.
//
// It reads an export (see src/turnout/auditing/archive.py) and a question on standard input, and answers in JSON what
// it found wrong. Nothing of ours is used: notes, hashes, trees and proofs are checked by sumdb/note and sumdb/tlog.
package main

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Question is what the test asks. Paths are in base64, one hash each.
type Question struct {
	Export    string
	Keys      map[string]string // of the logs "journal" and "reveals"
	Witness   string            // a cosigner's key; empty: none
	Inclusion []struct {
		Log   string
		Index int64
		Path  []string
	}
	Consistency []struct {
		Log  string
		Old  int64
		Path []string
	}
}

// A log as the judge makes it from the records of the export.
type madeLog struct {
	size   int64
	root   tlog.Hash
	stored []tlog.Hash
	leaves []tlog.Hash
}

func (l *madeLog) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(l.stored)) {
			return nil, fmt.Errorf("no stored hash %d", index)
		}
		found[i] = l.stored[index]
	}
	return found, nil
}

func main() {
	var question Question
	problems := []string{}
	if err := json.NewDecoder(os.Stdin).Decode(&question); err != nil {
		problems = append(problems, err.Error())
	} else if err := judge(&question, &problems); err != nil {
		problems = append(problems, err.Error())
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{"problems": problems})
}

func judge(question *Question, problems *[]string) error {
	file, err := zip.OpenReader(question.Export)
	if err != nil {
		return err
	}
	defer file.Close()
	logs := map[string]*madeLog{}
	for name, key := range question.Keys {
		made, err := readLog(&file.Reader, name, key, question.Witness)
		if err != nil {
			*problems = append(*problems, fmt.Sprintf("%s: %v", name, err))
			continue
		}
		logs[name] = made
	}
	for _, asked := range question.Inclusion {
		if made := logs[asked.Log]; made != nil {
			if err := checkInclusion(made, asked.Index, asked.Path); err != nil {
				*problems = append(*problems, fmt.Sprintf("%s %d: %v", asked.Log, asked.Index, err))
			}
		}
	}
	for _, asked := range question.Consistency {
		if made := logs[asked.Log]; made != nil {
			if err := checkConsistency(made, asked.Old, asked.Path); err != nil {
				*problems = append(*problems, fmt.Sprintf("%s since %d: %v", asked.Log, asked.Old, err))
			}
		}
	}
	return nil
}

// readLog opens the signed checkpoint and makes the tree from the bundles of records.
func readLog(file *zip.Reader, name, key, witness string) (*madeLog, error) {
	text, err := readMember(file, name+"/checkpoint")
	if err != nil {
		return nil, err
	}
	size, root, err := openCheckpoint(text, name, key, witness)
	if err != nil {
		return nil, err
	}
	made := &madeLog{}
	for made.size < size {
		width := min(size-made.size, 256)
		bundle, err := readMember(file, fmt.Sprintf("%s/tile/entries/%s", name, bundlePath(made.size/256, width)))
		if err != nil {
			return nil, err
		}
		for ; width > 0; width-- {
			if len(bundle) < 2 {
				return nil, errors.New("a bundle ends too early")
			}
			length := int(binary.BigEndian.Uint16(bundle))
			if len(bundle) < 2+length {
				return nil, errors.New("a record ends too early")
			}
			if err := made.add(bundle[2 : 2+length]); err != nil {
				return nil, err
			}
			bundle = bundle[2+length:]
		}
		if len(bundle) != 0 {
			return nil, errors.New("a bundle has more records than its name says")
		}
	}
	made.root, err = tlog.TreeHash(size, made)
	if err != nil {
		return nil, err
	}
	if made.root != root {
		return nil, errors.New("the records do not make the root that was signed")
	}
	return made, nil
}

func (l *madeLog) add(record []byte) error {
	hashes, err := tlog.StoredHashes(l.size, record, l)
	if err != nil {
		return err
	}
	l.stored = append(l.stored, hashes...)
	l.leaves = append(l.leaves, tlog.RecordHash(record))
	l.size++
	return nil
}

func openCheckpoint(text []byte, name, key, witness string) (int64, tlog.Hash, error) {
	var root tlog.Hash
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return 0, root, err
	}
	known := []note.Verifier{verifier}
	if witness != "" {
		cosigner, err := newCosigner(witness)
		if err != nil {
			return 0, root, err
		}
		known = append(known, cosigner)
	}
	opened, err := note.Open(text, note.VerifierList(known...))
	if err != nil {
		return 0, root, err
	}
	if len(opened.Sigs) != len(known) {
		return 0, root, fmt.Errorf("%d of %d signatures", len(opened.Sigs), len(known))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || !strings.HasSuffix(lines[0], "/"+name) {
		return 0, root, errors.New("it is no checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return 0, root, err
	}
	root, err = tlog.ParseHash(lines[2])
	return size, root, err
}

// checkInclusion verifies a proof of ours and holds it against the one that sumdb makes.
func checkInclusion(made *madeLog, index int64, path []string) error {
	proof, err := hashes(path)
	if err != nil {
		return err
	}
	if index < 0 || index >= made.size {
		return errors.New("there is no such record")
	}
	if err := tlog.CheckRecord(proof, made.size, made.root, index, made.leaves[index]); err != nil {
		return err
	}
	own, err := tlog.ProveRecord(made.size, index, made)
	if err != nil || !same(own, proof) {
		return fmt.Errorf("sumdb makes another proof: %v", err)
	}
	return nil
}

func checkConsistency(made *madeLog, old int64, path []string) error {
	proof, err := hashes(path)
	if err != nil {
		return err
	}
	before, err := tlog.TreeHash(old, made)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, made.size, made.root, old, before); err != nil {
		return err
	}
	own, err := tlog.ProveTree(made.size, old, made)
	if err != nil || !same(own, proof) {
		return fmt.Errorf("sumdb makes another proof: %v", err)
	}
	return nil
}

func hashes(path []string) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(path))
	for i, one := range path {
		hash, err := tlog.ParseHash(one)
		if err != nil {
			return nil, err
		}
		found[i] = hash
	}
	return found, nil
}

func same(a, b []tlog.Hash) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func bundlePath(index, width int64) string {
	path := fmt.Sprintf("%03d", index%1000)
	for index /= 1000; index > 0; index /= 1000 {
		path = fmt.Sprintf("x%03d/%s", index%1000, path)
	}
	if width < 256 {
		path = fmt.Sprintf("%s.p/%d", path, width)
	}
	return path
}

func readMember(file *zip.Reader, name string) ([]byte, error) {
	reader, err := file.Open(name)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	return io.ReadAll(reader)
}

// A cosigner of c2sp.org/tlog-cosignature with Ed25519, as a verifier of notes.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(text string) (note.Verifier, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("that is no key")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, errors.New("that is no key of a cosigner")
	}
	digest := sha256.Sum256(bytes.Join([][]byte{[]byte(parts[0]), []byte("\n"), key}, nil))
	hash := binary.BigEndian.Uint32(digest[:4])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return nil, errors.New("the key's hash is not its own")
	}
	return &cosigner{parts[0], hash, key[1:]}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }

func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig[:8]), msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}
