// Reads a question as JSON, answers it with golang-jwt. See ../../question.ts.
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"github.com/golang-jwt/jwt"
)

type Case struct{ ID, Alg, Token string }

type Order struct {
	ID, Alg string
	Header  struct{ Alg, Typ string }
	Claims  jwt.MapClaims
}

type Question struct {
	Issuer, Audience, Secret string
	Algorithms               []string
	PublicPems               map[string]string
	Tokens                   []Case
	Orders                   []Order
}

type Answer struct {
	Verdicts   map[string]string `json:"verdicts"`
	Tokens     map[string]string `json:"tokens"`
	PublicPems map[string]string `json:"publicPems"`
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func parsePublicPem(text string) (any, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("no such key")
	}
	return x509.ParsePKIXPublicKey(block.Bytes)
}

func makeKey(alg string, secret []byte) any {
	switch alg {
	case "RS256", "PS256":
		return must(rsa.GenerateKey(rand.Reader, 2048))
	case "ES256":
		return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	case "EdDSA":
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return must(private, err)
	default:
		return secret
	}
}

func sign(order Order, key any) string {
	if order.Header.Alg == "none" {
		key = jwt.UnsafeAllowNoneSignatureType
	}
	token := jwt.NewWithClaims(jwt.GetSigningMethod(order.Header.Alg), order.Claims)
	token.Header["kid"] = order.Alg
	token.Header["typ"] = order.Header.Typ
	return must(token.SignedString(key))
}

func main() {
	var question Question
	must(0, json.NewDecoder(os.Stdin).Decode(&question))
	secret := must(base64.RawURLEncoding.DecodeString(question.Secret))
	answer := Answer{map[string]string{}, map[string]string{}, map[string]string{}}

	for _, test := range question.Tokens {
		findKey := func(kid string) (any, error) {
			if test.Alg == "HS256" {
				return secret, nil
			}
			return parsePublicPem(question.PublicPems[kid])
		}
		_, err := VerifyAccessToken(test.Token, question.Issuer, question.Audience, test.Alg, findKey)
		if err == nil {
			answer.Verdicts[test.ID] = "accepted"
		} else {
			answer.Verdicts[test.ID] = err.Error()
		}
	}

	keys := map[string]any{}
	for _, alg := range question.Algorithms {
		keys[alg] = makeKey(alg, secret)
		if pair, ok := keys[alg].(crypto.Signer); ok {
			der := must(x509.MarshalPKIXPublicKey(pair.Public()))
			answer.PublicPems[alg] = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
		}
	}
	for _, order := range question.Orders {
		answer.Tokens[order.ID] = sign(order, keys[order.Alg])
	}
	must(0, json.NewEncoder(os.Stdout).Encode(answer))
}
