import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { z } from 'zod';
import * as images from '../../db/images.ts';
import { imageListSchema, imageNameSchema, imageSchema, type ShownImage } from '../../domain/schema/image.ts';
import { idSchema, pagingFields } from '../../domain/schema/shared.ts';
import { imageUrl } from '../../mail/collect-images.ts';
import { imageExtensions, readImageFile, type ImageFile } from '../../mail/image-file.ts';
import type { ApiDeps } from '../deps.ts';
import { endpoint, type Call, type Endpoint } from '../endpoint.ts';
import { page } from '../paging.ts';
import { notFound, Problem } from '../problem.ts';
import { wireInstant } from '../wire-instant.ts';

const tag = 'Images';
const one = { description: 'The image', schema: imageSchema } as const;
const mediaTypes = Object.keys(imageExtensions);
/** What a mail can carry without being a nuisance. */
const maxBytes = 2_000_000;
/** More than any screen; a reader of mails must hold all of it in memory. */
const maxPixels = 10_000;

export const imageEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'uploadImage',
    method: 'post',
    path: '/v1/images',
    role: 'operator',
    tag,
    summary: 'Stores an image that contents show by its name',
    description:
      'The body is the file: png, jpeg, gif or webp by its bytes, at most 2 MB. Contents name it in `src="image:NAME"`. An image never ' +
      'changes: another picture takes another name.',
    query: z.strictObject({ name: imageNameSchema }),
    stream: [...mediaTypes, 'application/octet-stream'],
    answers: { 200: { ...one, description: 'It was stored already' }, 201: one },
    problems: ['fileRefused', 'bodyTooLarge', 'conflict'],
    handle: async ({ deps, query: { name }, caller, request }) => {
      const bytes = await readBytes(request);
      const { type } = readImage(bytes, request.headers['content-type']);
      const sha256 = createHash('sha256').update(bytes).digest();
      const { kind, image } = await images.insertImage(deps.db, {
        name,
        type,
        sha256,
        bytes,
        addedBy: caller.name,
      });
      if (kind === 'taken') throw new Problem('conflict', takenDetail(image, name));
      return { status: kind === 'stored' ? 201 : 200, body: showImage(deps, image) };
    },
  }),
  endpoint({
    id: 'listImages',
    method: 'get',
    path: '/v1/images',
    role: 'viewer',
    tag,
    summary: 'Stored images by name',
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'Images', schema: imageListSchema } },
    handle: async ({ deps, query }) => {
      const body = await page({
        ...query,
        key: imageNameSchema,
        read: (after, limit) => images.listImages(deps.db, after, limit),
        keyOf: ({ name }: images.StoredImage) => name,
        show: (image: images.StoredImage) => showImage(deps, image),
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'deleteImage',
    method: 'delete',
    path: '/v1/images/{imageId}',
    role: 'operator',
    tag,
    summary: 'Removes an image that no campaign, template or signature names',
    params: z.strictObject({ imageId: idSchema }),
    answers: { 204: { description: 'It is gone' } },
    problems: ['conflict'],
    handle: async ({ deps, params: { imageId } }) => {
      const deleted = await images.deleteImage(deps.db, imageId);
      if (deleted.kind === 'missing') throw notFound('image', imageId);
      if (deleted.kind === 'used')
        throw new Problem('conflict', `${deleted.by.join(', ')} shows this image; take it out there first`);
      return { status: 204 };
    },
  }),
  endpoint({
    id: 'loadImage',
    method: 'get',
    path: '/i/{file}',
    role: null,
    limited: true,
    tag,
    summary: 'A hosted image, for the readers of mails',
    params: z.strictObject({
      file: z.string().meta({ description: 'SHA-256 and extension, as mails have it' }),
    }),
    answers: { 200: { description: 'The image', stream: mediaTypes } },
    problems: ['notFound'],
    handle: loadImage,
  }),
];

async function loadImage({ deps, params: { file } }: Call<{ file: string }>) {
  const [, hash = '', extension = ''] = /^([0-9a-f]{64})\.([a-z]{3,4})$/.exec(file) ?? [];
  const image = hash === '' ? null : await images.readHostedImage(deps.db, Buffer.from(hash, 'hex'));
  if (image === null || extensionOf(image.type) !== extension)
    throw new Problem('notFound', 'there is no such image here');
  return {
    status: 200,
    headers: {
      'Content-Type': image.type,
      'Content-Length': String(image.bytes.length),
      // The address holds the hash of the bytes: what it means never changes.
      'Cache-Control': 'public, max-age=31536000, immutable',
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'X-Content-Type-Options': 'nosniff',
    },
    stream: async (response: Response): Promise<void> => {
      response.end(image.bytes);
    },
  } as const;
}

function extensionOf(type: string): string {
  return Object.entries(imageExtensions).find(([known]) => known === type)?.[1] ?? '';
}

/** The whole body, or the Problem that fits. Reading ends where it becomes too much. */
async function readBytes(request: Call['request']): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBytes) throw tooLarge(announced);
  const chunks: Buffer[] = [];
  let length = 0;
  // Not destroyed when reading ends early: the refusal must still reach the caller.
  const source: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of source) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(length);
  }
  return Buffer.concat(chunks);
}

function tooLarge(bytes: number): Problem {
  return new Problem(
    'bodyTooLarge',
    `an image has at most 2 MB (got ${bytes} bytes); save it smaller, or for the web`,
  );
}

function readImage(bytes: Buffer, said: string | undefined): ImageFile {
  const image = readImageFile(bytes);
  if (image === null)
    throw new Problem(
      'fileRefused',
      'these bytes are no png, jpeg, gif or webp image; export it as one of them',
    );
  const type = said?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/octet-stream' && type !== image.type)
    throw new Problem(
      'fileRefused',
      `Content-Type says ${type ?? 'nothing'}, but the bytes are ${image.type}; say that`,
    );
  const { width, height } = image;
  if (width < 1 || height < 1 || width > maxPixels || height > maxPixels)
    throw new Problem(
      'fileRefused',
      `an image has 1 to ${maxPixels} pixels a side (got ${width} × ${height}); scale it down`,
    );
  return image;
}

function takenDetail(image: images.StoredImage, name: string): string {
  return image.name === name
    ? `another image is called "${name}" already; images never change, give this one another name`
    : `this image is stored as "${image.name}" already; use that name`;
}

function showImage({ publicUrl }: ApiDeps, image: images.StoredImage): ShownImage {
  const { id, name, type, size, sha256, addedBy, addedAt } = image;
  return {
    id,
    name,
    type,
    size,
    sha256: sha256.toString('hex'),
    url: publicUrl === null ? null : imageUrl(publicUrl, sha256, type),
    addedBy,
    addedAt: wireInstant(addedAt),
  };
}
